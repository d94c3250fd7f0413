/**
 * Room `write`: blocks of reports become rows.
 *
 * What has to be known of a project (its values, its purges, the room of its pending events) is read before a block and
 * kept in memory for some minutes; the rows then follow from the reports alone. Tables merge copies, so a block may be
 * sent as often as it takes, to any server. It has one id for its counters.
 * Read next: `rows.ts`, `known-values.ts`, `pending-rows.ts`, `release-pending.ts`, `counters.ts`.
 */
import {randomUUID} from 'node:crypto'
import {reach} from '../../../../fault-points.ts'
import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import {countBatch} from '../../rules/batch-counts.ts'
import {foldValues} from '../../rules/fold-values.ts'
import {isTooOld} from '../../rules/kept-since.ts'
import type {AdmittedEvent, Batch, InsertOutcome, Store} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {type Counters, createCounters, noProject} from './counters.ts'
import {createKeptSinceCache, type KeptSinceCache} from './kept-since.ts'
import {createStoredValues, type StoredValues} from './known-values.ts'
import {createPendingRows, type PendingRows, pendingColumns} from './pending-rows.ts'
import {addEventRows, type EventRows, noRows, rowColumns} from './rows.ts'

/** Writes to the store. Several collectors may do so at the same time. */
export interface Writer extends Pick<Store, 'addQuality' | 'saveProjects'> {
  /**
   * Like `Store.insert`. No event is a duplicate: nobody knows.
   *
   * @param block the id of the batches, a UUID. With the same id, their counters count once. Default: a new one.
   */
  insert(batches: readonly Batch[], block?: string): Promise<readonly (readonly InsertOutcome[])[]>
  /** What the writer knows, for the release of pending events. */
  readonly parts: WriterParts
  /** Forgets what it knows of the store. Call it after a purge, an erasure or the end of a project. */
  forget(): void
}

export interface WriterParts {
  readonly values: StoredValues
  readonly keptSince: KeptSinceCache
  readonly pending: PendingRows
}

export function createWriter(clickhouse: ClickHouse): Writer {
  const parts: WriterParts = {
    values: createStoredValues(clickhouse),
    keptSince: createKeptSinceCache(clickhouse),
    pending: createPendingRows(clickhouse),
  }
  const files = new Map<string, ProjectFile>()
  let lastSaved = 0
  const forget = (): void => {
    for (const part of Object.values(parts)) part.forget()
  }

  return {
    parts,
    forget,
    async insert(batches, block = randomUUID()) {
      const projects = [...new Set(batches.map(({project}) => project))]
      const waiting = batches.filter(hasPending).map(({project}) => project)
      await Promise.all([
        parts.values.load(projects),
        parts.keptSince.load(projects),
        parts.pending.load([...new Set(waiting)]),
      ])
      const rows: BlockRows = {events: noRows(), pending: [], counters: createCounters(clickhouse)}
      const outcomes = batches.map(batch => addBatch(rows, parts, files.get(batch.project) ?? null, batch, block))
      try {
        // If the block comes again because its answer was lost, the same values are known.
        await parts.values.post()
        await Promise.all([
          postEvents(clickhouse, rows.events).then(() => reach('collector: events inserted')),
          clickhouse.post(clickhouse.tableOf('pending_events'), pendingColumns, rows.pending),
          rows.counters.post(),
        ])
        reach('collector: events committed')
      } catch (error) {
        forget()
        throw error
      }
      return outcomes
    },
    async addQuality(counts, atMs) {
      const counters = createCounters(clickhouse)
      counters.add(noProject, atMs, counts, randomUUID())
      await counters.post()
    },
    async saveProjects(projects) {
      lastSaved = Math.max(Date.now(), lastSaved + 1)
      const rows = projects.map(file => JSON.stringify([file.project, JSON.stringify(file), lastSaved]))
      await clickhouse.post(clickhouse.tableOf('projects'), ['project', 'file', 'saved'], rows)
      for (const project of projects) files.set(project.project, project)
    },
  }
}

/** Inserts the rows of events. */
export async function postEvents(clickhouse: ClickHouse, rows: EventRows): Promise<void> {
  const tables = Object.keys(rowColumns) as (keyof EventRows)[]
  await Promise.all(tables.map(table => clickhouse.post(clickhouse.tableOf(table), rowColumns[table], rows[table])))
}

interface BlockRows {
  readonly events: EventRows
  readonly pending: string[]
  readonly counters: Counters
}

const hasPending = ({events, pending = []}: Batch): boolean =>
  pending.length > 0 || events.some(({undeclared}) => undeclared !== undefined)

function addBatch(
  rows: BlockRows,
  {values, keptSince, pending}: WriterParts,
  file: ProjectFile | null,
  sent: Batch,
  block: string,
): InsertOutcome[] {
  const {project, receivedAtMs} = sent
  const since = keptSince.of(project)
  const isBounded = sent.isTrusted !== true
  // The addresses of datagrams can be forged, so all of them are one sender.
  const source = sent.source ?? (sent.datagrams === undefined ? null : '')
  const {batch, folded} = foldValues(sent, file, (kind, value) =>
    values.admit(project, kind, value, receivedAtMs, isBounded, source),
  )
  const place = {project, header: batch.header, receivedAtMs, source}
  const accepted = batch.events.filter(one => !isTooOld(one, since))
  addEventRows(rows.events, {...place, ...(batch.mark && {mark: batch.mark})}, accepted)
  for (const one of accepted) {
    const row = pending.ofValues(place, one)
    if (row !== null) rows.pending.push(row)
  }
  const outcomes = batch.events.map((one): InsertOutcome => (isTooOld(one, since) ? 'refused' : 'accepted'))
  for (const one of batch.pending ?? []) outcomes.push(holdFeature(one))
  const received = outcomes.filter(outcome => outcome === 'accepted').length
  // The counters of an import came from the store that was exported.
  if (batch.isRestored !== true)
    rows.counters.add(project, receivedAtMs, {...countBatch(batch, outcomes, folded), received}, block)
  return outcomes

  function holdFeature(one: AdmittedEvent): InsertOutcome {
    const row = one.event.type !== 'feature' || isTooOld(one, since) ? null : pending.ofFeature(place, one)
    if (row === null) return 'refused'
    rows.pending.push(row)
    return 'accepted'
  }
}
