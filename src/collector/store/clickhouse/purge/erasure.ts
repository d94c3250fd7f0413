/**
 * Room `purge`: deletes rows of the store on ClickHouse.
 *
 * Rows go by `ALTER TABLE … DELETE` on each shard. Every step can be repeated, so a kill at any of them leaves a store
 * that answers correctly, and the next call completes it. An erasure (this file) also waits until the old parts have left
 * the disks of all servers. A purge stores totals first: from then on, no answer counts the single rows.
 * Read next: `theirs.ts`, `purge-features.ts`, `purge-runs.ts`, `end-project.ts`.
 */
import {reach} from '../../../../fault-points.ts'
import type {ErasureReceipt} from '../../../../protocol/report/erasure.ts'
import type {Erasure, Store} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {neverMs} from '../tables/columns.ts'
import {idOf} from '../write/counters.ts'
import {deleteRows, forIds, waitForDisk} from './delete-rows.ts'
import {findTheirs, hasRows, ofUsers, type SharedRun, type Theirs} from './theirs.ts'

/** An erasure reaches events that were accepted before it and arrive at most so many days later. */
const lateDays = 30
const dayMs = 86_400_000

/** The tables with rows of people. */
const tablesOfPeople = ['runs', 'repeats', 'features', 'lone', 'pending_events', 'known_values']

interface Receipt {
  readonly at: number
  readonly runs: number
  readonly features: number
  readonly isFinished: 0 | 1
  /** The version of the row. */
  readonly saved: number
}

export interface Eraser extends Pick<Store, 'erase' | 'findErased'> {
  /**
   * Erases what came since the erasures of the last 30 days and was received before them: another collector had accepted
   * it, and could not reach the store. Forgets older erasures. Call it once a day.
   *
   * @param nowMs Unix milliseconds
   */
  eraseLate(nowMs: number): Promise<void>
}

/** Makes the functions that erase. */
export function createEraser(clickhouse: ClickHouse, onErased: () => void): Eraser {
  return {
    async findErased(erasure) {
      const [isTheirs, known] = await Promise.all([hasRows(clickhouse, erasure), readReceipt(clickhouse, erasure)])
      if (isTheirs) return null
      if (known === null) return toReceipt(erasure, {at: erasure.receivedAtMs, runs: 0, features: 0})
      // A try that was stopped may have left old parts on disk.
      return known.isFinished === 1 ? toReceipt(erasure, known) : null
    },
    async erase(erasure) {
      await keepUsers(clickhouse, erasure)
      return eraseUntil(erasure, neverMs)
    },
    async eraseLate(nowMs) {
      const {tableOf} = clickhouse
      const users = await clickhouse.ask<{project: string; receipt: string; users: string[]; at: number}>(
        'erased users',
        `SELECT project, receipt, groupArray(user) AS users, max(erased_at) AS at FROM ${tableOf('erased_users')} FINAL
         GROUP BY project, receipt HAVING at >= {since:Int64}`,
        {since: nowMs - lateDays * dayMs},
      )
      for (const {at, ...one} of users) {
        const erasure = {...one, receivedAtMs: at}
        if (await hasRows(clickhouse, erasure, at)) await eraseUntil(erasure, at)
      }
      const where = 'erased_at < {since:Int64}'
      const parameters = {since: nowMs - lateDays * dayMs}
      const old = await clickhouse.ask(
        'old',
        `SELECT 1 FROM ${tableOf('erased_users')} WHERE ${where} LIMIT 1`,
        parameters,
      )
      if (old.length > 0) await deleteRows(clickhouse, 'erased_users', where, parameters)
    },
  }

  async function eraseUntil(erasure: Erasure, until: number): Promise<ErasureReceipt> {
    const [theirs, known] = await Promise.all([
      findTheirs(clickhouse, erasure, until),
      readReceipt(clickhouse, erasure),
    ])
    // A try that was stopped has counted its rows already.
    const counts = known?.isFinished === 0 ? [] : theirs.counts
    const sum = (kinds: (kind: string) => boolean): number =>
      counts.filter(({kind}) => kinds(kind)).reduce((total, {count}) => total + count, 0)
    const receipt: Omit<Receipt, 'saved'> = {
      at: known?.at ?? erasure.receivedAtMs,
      runs: (known?.runs ?? 0) + sum(kind => kind.startsWith('run ')),
      features: (known?.features ?? 0) + sum(kind => kind === 'features' || kind === 'pending'),
      isFinished: 0,
    }
    await noteErased(clickhouse, erasure, known, counts)
    reach('shards: erased rows counted')
    await writeReceipt(clickhouse, erasure, receipt)
    reach('collector: rows erased')
    await eraseRows(clickhouse, erasure, theirs, until)
    onErased()
    reach('collector: erasure committed')
    await waitForDisk(clickhouse, tablesOfPeople)
    await writeReceipt(clickhouse, erasure, {...receipt, isFinished: 1})
    return toReceipt(erasure, receipt)
  }
}

/** Keeps the pseudonyms for some days, so that events that other collectors have accepted already are erased too. */
async function keepUsers({post, tableOf}: ClickHouse, {project, receipt, users, receivedAtMs}: Erasure): Promise<void> {
  const rows = [...new Set(users)].map(user => JSON.stringify([project, user, receipt, receivedAtMs, Date.now()]))
  await post(tableOf('erased_users'), ['project', 'user', 'receipt', 'erased_at', 'saved'], rows)
}

const toReceipt = (
  {receipt}: Erasure,
  {at, runs, features}: Pick<Receipt, 'at' | 'runs' | 'features'>,
): ErasureReceipt => ({
  receipt,
  erasedAt: new Date(at).toISOString(),
  runs,
  features,
})

async function readReceipt({ask, tableOf}: ClickHouse, {project, receipt}: Erasure): Promise<Receipt | null> {
  const [row] = await ask<Receipt>(
    'erasure',
    `SELECT erased_at AS at, runs, features, is_finished AS isFinished, saved FROM ${tableOf('erasures')} FINAL
     WHERE project = {project:String} AND receipt = {receipt:UUID}`,
    {project, receipt},
  )
  return row ?? null
}

async function writeReceipt(
  {post, tableOf}: ClickHouse,
  {project, receipt}: Erasure,
  row: Omit<Receipt, 'saved'>,
): Promise<void> {
  const columns = ['project', 'receipt', 'erased_at', 'runs', 'features', 'is_finished', 'saved']
  // A finished one counts before an unfinished one of the same millisecond.
  const saved = 2 * Date.now() + row.isFinished
  const {at, runs, features, isFinished} = row
  await post(tableOf('erasures'), columns, [JSON.stringify([project, receipt, at, runs, features, isFinished, saved])])
}

/** Stores how much was erased, by month. A try that follows a finished one has rows of its own, which are added. */
async function noteErased(
  {post, tableOf}: ClickHouse,
  {project, receipt}: Erasure,
  known: Receipt | null,
  counts: Theirs['counts'],
): Promise<void> {
  // A try that died before it stored its receipt wrote the same ids.
  const id = known === null ? receipt : idOf(`${receipt} ${known.saved}`)
  const rows = counts
    .filter(({kind}) => kind !== 'pending' && kind !== 'run test')
    .map(({month, kind, count}) => JSON.stringify([project, month, kind.replace('run ', ''), id, count, Date.now()]))
  await post(tableOf('erased'), ['project', 'month', 'kind', 'receipt', 'count', 'saved'], rows)
}

/**
 * Deletes the rows. Their known values go first, because they are found by the rows. Their runs go last: until then,
 * another try finds the rest by them.
 */
async function eraseRows(
  clickhouse: ClickHouse,
  {project, users}: Erasure,
  theirs: Theirs,
  until: number,
): Promise<void> {
  const values = {project, users, until}
  const ofRuns = (table: string): Promise<void> =>
    forIds(theirs.runs, runs =>
      deleteRows(clickhouse, table, 'project = {project:String} AND run IN {runs:Array(UUID)}', {project, runs}),
    )
  await forgetValues(clickhouse, project, theirs)
  for (const run of theirs.shared) await keepShared(clickhouse, values, run)
  for (const table of ['repeats', 'features', 'pending_events']) await ofRuns(table)
  for (const table of ['features', 'lone', 'pending_events'])
    await deleteRows(clickhouse, table, `project = {project:String} AND ${ofUsers('user')}`, values)
  await forIds(theirs.ownRuns, runs =>
    deleteRows(clickhouse, 'runs', 'project = {project:String} AND run IN {runs:Array(UUID)}', {project, runs}),
  )
}

/** Gives a run of others the header and the signs of life of others, in all its rows that have a header of the person. */
async function keepShared(
  {shards}: ClickHouse,
  values: {readonly project: string; readonly users: readonly string[]; readonly until: number},
  {run, header, signs}: SharedRun,
): Promise<void> {
  const [rank, at, received, ...words] = header
  const names = words.map((_, index) => `{h${index}:Nullable(String)}`).join(', ')
  const set = [
    `header = tuple({rank:UInt8}, {at:Int64}, {received:Int64}, ${names})`,
    ...(signs === null ? [] : ['first_sign = {first:Int64}', 'last_sign = {last:Int64}']),
  ].join(', ')
  const parameters = {
    ...{...values, run, rank, at, received, first: signs?.first ?? 0, last: signs?.last ?? 0},
    ...Object.fromEntries(words.map((word, index) => [`h${index}`, word])),
  }
  const where = signs === null ? `AND ${ofUsers("tupleElement(header, 'user')")}` : ''
  const sql = `ALTER TABLE runs UPDATE ${set} WHERE project = {project:String} AND run = {run:UUID} ${where}`
  await Promise.all(shards.map(shard => shard.tell(sql, parameters)))
}

/** Deletes the texts that only erased rows had from the known values. */
async function forgetValues(clickhouse: ClickHouse, project: string, theirs: Theirs): Promise<void> {
  for (const {kind, values} of theirs.values)
    await forIds(values, some =>
      deleteRows(
        clickhouse,
        'known_values',
        'project = {project:String} AND kind = {kind:String} AND value IN {some:Array(String)}',
        {project, kind, some},
      ),
    )
}
