import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import {type HeaderValues, headerColumns, headerOfValues} from '../../../../protocol/report/header-columns.ts'
import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {isTooOld} from '../../rules/kept-since.ts'
import {type PendingContent, type Release, releaseOf, valuesOf, withValues} from '../../rules/pending-content.ts'
import type {AdmittedEvent, Store} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {type Addition, addValues, namesOf} from './add-values.ts'
import {createCounters, idOf} from './counters.ts'
import {pendingColumns} from './pending-rows.ts'
import {addEventRows, noRows} from './rows.ts'
import {postEvents, type WriterParts} from './write.ts'

/** Events that are read and released together. */
const together = 500

type PendingRow = HeaderValues & {
  readonly event: string
  readonly run: string | null
  readonly is_stored: 0 | 1
  readonly received: number
  readonly content: string
  readonly row_version: number
}

interface Released extends Release {
  readonly row: PendingRow
  readonly content: PendingContent
}

/**
 * Makes the functions that end the waiting. Several collectors may call them at the same time: an event is released once,
 * because its rows, and the ids of its counters, are the same.
 */
export function createReleaser(
  clickhouse: ClickHouse,
  parts: WriterParts,
): Pick<Store, 'releasePending' | 'expirePending'> {
  const table = clickhouse.tableOf('pending_events')

  async function release(file: ProjectFile, rows: readonly PendingRow[]): Promise<number> {
    const {project} = file
    const released = rows.flatMap((row): Released[] => {
      const content = JSON.parse(row.content) as PendingContent
      const found = releaseOf(file, content, row.is_stored === 1, (kind, value) =>
        parts.values.admit(project, kind, value, row.received, true),
      )
      return found === null ? [] : [{...found, row, content}]
    })
    if (released.length === 0) return 0
    await parts.values.post()
    const counters = createCounters(clickhouse)
    const stored = released.filter(({row}) => row.is_stored === 1)
    const additions = stored.map(({event}): Addition => ({event, values: valuesOf(event)}))
    const found = await addValues(clickhouse, project, additions)
    for (const {event, row} of stored.filter(one => found.has(one.event.id))) {
      const count = Object.keys(valuesOf(event)).length
      counters.add(project, row.received, {'undeclared-fields': -count}, idOf(`${event.id}\n${namesOf(event)}`))
    }
    const events = noRows()
    for (const {event, left, row, content} of released.filter(one => one.row.is_stored === 0)) {
      const admitted: AdmittedEvent = {...content, event, undeclaredFields: Object.keys(left).length}
      const isRefused = isTooOld(admitted, parts.keptSince.of(project))
      const place = {project, header: headerOfValues(row), receivedAtMs: row.received}
      if (!isRefused) addEventRows(events, place, [admitted])
      const {isClamped, undeclaredFields} = admitted
      const counts = isRefused ? {refused: 1} : {clamped: Number(isClamped), 'undeclared-fields': undeclaredFields}
      counters.add(project, row.received, counts, event.id)
    }
    await Promise.all([postEvents(clickhouse, events), counters.post()])
    // At the end: if this is interrupted before, all of it is done again.
    const settled = released.map(one => JSON.stringify(settledRow(project, one)))
    await clickhouse.post(table, pendingColumns, settled)
    return released.length
  }

  return {
    async releasePending(file) {
      const {project} = file
      await Promise.all([parts.values.load([project]), parts.keptSince.load([project])])
      let released = 0
      try {
        for (let after: string | null = ''; after !== null; ) {
          const rows: readonly PendingRow[] = await clickhouse.ask<PendingRow>(
            'pending events',
            `SELECT ${pendingColumns.filter(column => column !== 'project').join(', ')} FROM ${table} FINAL
             WHERE project = {project:String} AND content != '' AND toString(event) > {after:String}
             ORDER BY toString(event) LIMIT ${together}`,
            {project, after},
          )
          released += await release(file, rows)
          after = rows.length < together ? null : rows.at(-1)!.event
        }
      } finally {
        parts.pending.forget()
      }
      return released
    },
    async expirePending(project, beforeMs, nowMs) {
      const old =
        'received < {beforeMs:Int64} AND ({project:Nullable(String)} IS NULL OR project = {project:Nullable(String)})'
      const rows = await clickhouse.ask<{project: string; event: string; isCounted: 0 | 1}>(
        'expired events',
        `SELECT project, event, is_stored = 0 AND content != '' AS isCounted FROM ${table} FINAL WHERE ${old}`,
        {beforeMs, project},
      )
      if (rows.length === 0) return 0
      const expired = rows.filter(({isCounted}) => isCounted === 1)
      const counters = createCounters(clickhouse)
      for (const row of expired) counters.add(row.project, nowMs, {refused: 1}, row.event)
      await counters.post()
      for (const shard of clickhouse.shards)
        await shard.tell(`ALTER TABLE pending_events DELETE WHERE ${old}`, {beforeMs, project})
      parts.pending.forget()
      return expired.length
    },
  }
}

/** The row that replaces a pending one: with the values that are still undeclared, or without any and without a person. */
function settledRow(project: string, {row, content, left}: Released): readonly unknown[] {
  const isOver = Object.keys(left).length === 0
  const rest: PendingContent = {...content, event: withValues(content.event, left as FieldValues)}
  return [
    ...[project, row.event, isOver ? null : row.run, 1, row.received],
    ...headerColumns.map(column => (isOver ? null : row[column])),
    ...[isOver ? '' : JSON.stringify(rest), row.row_version + 1],
  ]
}
