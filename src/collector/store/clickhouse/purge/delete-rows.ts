import {setTimeout} from 'node:timers/promises'
import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import type {ClickHouse} from '../client/client.ts'
import type {Parameters} from '../client/connection.ts'

/** The most ids of one statement: values go in the address of a request. */
const maxIds = 5_000
/** Removed parts leave the disk after about a second. A server that is busy needs longer. */
const maxWaitMs = 120_000
const betweenLooksMs = 100

/**
 * Deletes rows of a table on every shard, and resolves when every replica has. Deleting again changes nothing. Old parts
 * with the rows stay on disk for some seconds: see `waitForDisk`.
 */
export async function deleteRows(
  {shards}: ClickHouse,
  table: string,
  where: string,
  parameters: Parameters,
): Promise<void> {
  await Promise.all(
    shards.map(async shard => {
      await shard.tell(`ALTER TABLE ${table} DELETE WHERE ${where}`, parameters)
      reach('shards: rows of one deleted')
    }),
  )
}

/** Calls a function with some ids after the others. */
export async function forIds(ids: readonly string[], work: (some: readonly string[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < ids.length; from += maxIds) await work(ids.slice(from, from + maxIds))
}

/**
 * Waits until no server has old parts of tables on disk. Rejects with a `UsageError` USAGE_COLLECTOR_BUSY if a query
 * reads them for too long: then the rows are deleted, and another try removes their bytes.
 */
export async function waitForDisk({servers, database}: ClickHouse, tables: readonly string[]): Promise<void> {
  const sql = `
    SELECT count() AS parts FROM system.parts
    WHERE database = {database:String} AND table IN {tables:Array(String)} AND NOT active`
  const lastLookAt = performance.now() + maxWaitMs
  for (;;) {
    const counted = await Promise.all(
      servers.map(server => server.ask<{parts: number}>('old parts', sql, {database, tables})),
    )
    if (counted.flat().every(({parts}) => parts === 0)) return
    if (performance.now() > lastLookAt)
      throw new UsageError('USAGE_COLLECTOR_BUSY', 'the erased rows are still in old parts on a server')
    await setTimeout(betweenLooksMs)
  }
}
