/**
 * Room `write`: inserts batches into the tables.
 *
 * The caller has a transaction open. Every statement is idempotent: the first write of a key wins. Each event is
 * accepted, a duplicate, or refused because only totals of its time are kept. Counters and month marks change in the
 * same transaction.
 * Read next: `statements.ts`, `pending-events.ts`, `kept-since.ts`.
 */

import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import type {EndEvent, FeatureEvent, StartEvent} from '../../../../protocol/report/event.ts'
import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {formatDay} from '../../../../stats/model/period.ts'
import {countBatch} from '../../rules/batch-counts.ts'
import {foldValues} from '../../rules/fold-values.ts'
import {isTooOld, type KeptSince} from '../../rules/kept-since.ts'
import {headerRank, noteSign, type Signs} from '../../rules/signs-of-life.ts'
import type {AdmittedEvent, Batch, InsertOutcome} from '../../store.ts'
import {encodeTimings} from '../../totals/timings-blob.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import type {KnownValues} from '../tables/known-values.ts'
import type {MonthMarks} from '../tables/month-marks.ts'
import type {DayCounts} from './day-counts.ts'
import type {PendingEvents, PendingPlace} from './pending-events.ts'
import type {PreparedStatements} from './statements.ts'

/** Writes one batch and returns the outcome of each event, in order. The caller has a transaction open. */
export type WriteBatch = (batch: Batch) => InsertOutcome[]

/** Writes one event that was admitted earlier, under the header of that time. The caller has a transaction open. */
export type WriteAdmitted = (place: PendingPlace, admitted: AdmittedEvent) => void

/** Makes the functions that write into the tables. */
export function createBatchWriter(
  statements: PreparedStatements,
  dictionary: Dictionary,
  {keptSince, marks, knownValues, pending, dayCounts, projectFile}: WriterParts,
): {readonly writeBatch: WriteBatch; readonly writeAdmitted: WriteAdmitted} {
  const writeBatch: WriteBatch = sent => {
    const project = dictionary.projectId(sent.project)
    const since = keptSince(project)
    const isBounded = sent.isTrusted !== true
    // The addresses of datagrams can be forged, so all of them are one sender.
    const source = sent.source ?? (sent.datagrams === undefined ? null : '')
    const {batch, folded} = foldValues(sent, projectFile(sent.project), (kind, value) =>
      knownValues.admit(project, kind, value, sent.receivedAtMs, isBounded, source),
    )
    const header = dictionary.headerId(project, batch.header)
    const {receivedAtMs} = batch
    const writing: Writing = {statements, dictionary, marks, project, header, signs: new Map(), receivedAtMs, source}
    const outcomes = batch.events.map(one => (isTooOld(one, since) ? 'refused' : writeEvent(writing, one)))
    writeSigns(writing)
    writeMark(writing, batch)
    for (const [index, one] of batch.events.entries())
      if (outcomes[index] === 'accepted') pending.holdValues(writing, one)
    for (const one of batch.pending ?? []) outcomes.push(holdFeature(pending, writing, one, since))
    dayCounts.add(project, receivedAtMs, countBatch(batch, outcomes, folded))
    return outcomes
  }
  const writeAdmitted: WriteAdmitted = (place, admitted) => {
    const writing: Writing = {statements, dictionary, marks, ...place, signs: new Map()}
    const outcome = isTooOld(admitted, keptSince(place.project)) ? 'refused' : writeEvent(writing, admitted)
    writeSigns(writing)
    const counts = {clamped: Number(admitted.isClamped), 'undeclared-fields': admitted.undeclaredFields}
    if (outcome === 'accepted') addCounts(statements, place.project, counts, place.receivedAtMs)
    if (outcome === 'refused') addCounts(statements, place.project, {refused: 1}, place.receivedAtMs)
  }
  return {writeBatch, writeAdmitted}
}

function holdFeature(
  pending: PendingEvents,
  writing: Writing,
  admitted: AdmittedEvent,
  since: KeptSince,
): InsertOutcome {
  const {event} = admitted
  return event.type !== 'feature' || isTooOld(admitted, since)
    ? 'refused'
    : pending.holdFeature(writing, admitted, event)
}

export interface WriterParts {
  readonly keptSince: (project: number) => KeptSince
  readonly marks: MonthMarks
  readonly knownValues: KnownValues
  readonly pending: PendingEvents
  readonly dayCounts: DayCounts
  /** The project file that the store has. Null if it has none. */
  readonly projectFile: (project: string) => ProjectFile | null
}

interface Writing {
  readonly statements: PreparedStatements
  readonly dictionary: Dictionary
  readonly marks: MonthMarks
  readonly project: number
  readonly header: number
  /** The first and the last sign of life of runs from features, written once for each batch. */
  readonly signs: Map<string, Signs>
  readonly receivedAtMs: number
  readonly source?: string | null
}

function writeEvent(writing: Writing, admitted: AdmittedEvent): InsertOutcome {
  const {event} = admitted
  const wasWritten =
    event.type === 'feature'
      ? writeFeature(writing, admitted, event)
      : event.type === 'start'
        ? writeStart(writing, admitted, event)
        : writeEnd(writing, admitted, event)
  return wasWritten ? 'accepted' : 'duplicate'
}

type RowValues = Readonly<Record<string, string | number | Uint8Array | null>>

/** Writes to the row of a run. True if this changed the row. Marks all months in which the run lived. */
function writeRun(
  {statements, marks, project}: Writing,
  name: 'start' | 'end' | 'repeatedRun' | 'sign' | 'mark',
  values: RowValues,
): boolean {
  const lived = statements[name].get(values) as {firstMs: number; lastMs: number} | undefined
  if (lived !== undefined) marks.touch(project, lived.firstMs, lived.lastMs)
  return lived !== undefined
}

/** Writes a row of its own, outside the table of runs. True if it is new. Marks its month. */
function writeLone(
  {statements, marks, project}: Writing,
  name: 'feature' | 'unpairedEnd',
  values: RowValues & {readonly at: number},
): boolean {
  const wasWritten = statements[name].run(values).changes !== 0
  if (wasWritten) marks.touch(project, values.at, values.at)
  return wasWritten
}

function writeStart(writing: Writing, {timeMs, isClamped}: AdmittedEvent, event: StartEvent): boolean {
  const {statements, project, header} = writing
  const content = {script: event.script, fields: toJson(event.fields)}
  const keys = {project, run: toBlob(event.run), event: toBlob(event.id), header, at: timeMs}
  if (event.repeat === 0)
    return writeRun(writing, 'start', {...keys, ...content, rank: headerRank.start, clamped: Number(isClamped)})
  const {run, event: id} = keys
  const {changes} = statements.repeat.run({project, event: id, run, repeat: event.repeat, at: timeMs})
  if (changes === 0) return false
  return writeRun(writing, 'repeatedRun', {project, run, header, at: timeMs, ...content, rank: headerRank.repeat})
}

function writeEnd(writing: Writing, {timeMs, isClamped}: AdmittedEvent, event: EndEvent): boolean {
  const {project, header} = writing
  const values = {
    project,
    header,
    event: toBlob(event.id),
    at: timeMs,
    duration: event.durationSeconds,
    code: event.exitCode,
    signal: event.signal,
    fields: toJson(event.fields),
  }
  if (event.run === null) return writeLone(writing, 'unpairedEnd', values)
  const run = toBlob(event.run)
  return writeRun(writing, 'end', {...values, run, rank: headerRank.end, clamped: Number(isClamped)})
}

function writeFeature(writing: Writing, {timeMs, isClamped}: AdmittedEvent, event: FeatureEvent): boolean {
  const {dictionary, project, header} = writing
  const timings = event.timings ?? null
  const wasWritten = writeLone(writing, 'feature', {
    project,
    header,
    event: toBlob(event.id),
    run: event.run === null ? null : toBlob(event.run),
    at: timeMs,
    feature: dictionary.featureId(project, event.featureType, event.name),
    duration: timings?.sumSeconds ?? event.durationSeconds,
    timed: timings?.n ?? null,
    timings: timings && encodeTimings(timings),
    count: event.count,
    internal: Number(event.internal),
    clamped: Number(isClamped),
    details: toJson(event.details ?? {}),
  })
  if (wasWritten && event.run !== null)
    noteSign(writing.signs, event.run, timeMs, event.durationSeconds, writing.receivedAtMs)
  return wasWritten
}

function writeSigns(writing: Writing): void {
  const {project, header, signs} = writing
  for (const [run, {firstMs, lastMs}] of signs) {
    const keys = {project, run: toBlob(run), header, rank: headerRank.feature}
    writeRun(writing, 'sign', {...keys, first: firstMs, last: lastMs})
  }
}

function writeMark(writing: Writing, {mark, events}: Batch): void {
  if (mark === undefined) return
  const values = {project: writing.project, untold: Number(mark.isOutcomeUntold), test: Number(mark.isTest)}
  for (const {event} of events) if (event.run !== null) writeRun(writing, 'mark', {...values, run: toBlob(event.run)})
}

/** Adds counts to the UTC day of an instant. Project 0 is for counts that belong to no project. */
export function addCounts(
  {quality}: Pick<PreparedStatements, 'quality'>,
  project: number,
  counts: Readonly<Record<string, number>>,
  atMs: number,
): void {
  const day = formatDay(atMs)
  for (const [counter, count] of Object.entries(counts)) if (count !== 0) quality.run({project, day, counter, count})
}

const toBlob = (uuid: string): Uint8Array => Buffer.from(uuid.replaceAll('-', ''), 'hex')

function toJson(values: FieldValues): string | null {
  const json = JSON.stringify(values)
  return json === '{}' ? null : json
}
