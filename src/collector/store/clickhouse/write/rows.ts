import type {EndEvent, FeatureEvent, StartEvent} from '../../../../protocol/report/event.ts'
import type {Header} from '../../../../protocol/report/header.ts'
import {headerColumns, valuesOfHeader} from '../../../../protocol/report/header-columns.ts'
import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {headerRank, noteSign, type Signs} from '../../rules/signs-of-life.ts'
import type {AdmittedEvent, RunMark} from '../../store.ts'
import {encodeTimings} from '../../totals/timings-blob.ts'
import {neverMs, noId, versionOf} from '../tables/columns.ts'

/** The columns of the rows that this room writes, in order. */
export const rowColumns = {
  runs: [
    ...['project', 'run_ms', 'run', 'header', 'start', 'again', 'end', 'first_sign', 'last_sign'],
    ...['is_clamped', 'is_untold', 'is_test', 'received'],
  ],
  repeats: ['project', 'event_ms', 'event', 'run', 'repeat', 'at', 'received'],
  features: [
    ...['project', 'event_ms', 'event', 'run', 'type', 'name', 'at', 'seconds', 'timed', 'timings', 'count'],
    ...['is_internal', 'is_clamped', 'details', ...headerColumns, 'received', 'row_version'],
  ],
  lone: [
    ...['project', 'event_ms', 'event', 'kind', 'at', 'seconds', 'exit_code', 'signal', 'fields', 'is_clamped'],
    ...[...headerColumns, 'received', 'row_version'],
  ],
} as const

/** Rows of tables, each a JSON array. */
export type EventRows = Readonly<Record<keyof typeof rowColumns, string[]>>

export const noRows = (): EventRows => ({runs: [], repeats: [], features: [], lone: []})

/** Where events belong. */
export interface EventPlace {
  readonly project: string
  readonly header: Header
  readonly receivedAtMs: number
  readonly mark?: RunMark
}

/** The years of ids whose months are partitions. An id of anybody's choice cannot make more. */
const [firstIdMs, lastIdMs] = [Date.UTC(2010, 0), Date.UTC(2050, 0)]

/** The time in an id, Unix milliseconds. 0 for an id that is not of version 7, or not of this half of the century. Pure. */
export function idMs(uuid: string): number {
  if (uuid[14] !== '7') return 0
  const ms = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
  return ms >= firstIdMs && ms < lastIdMs ? ms : 0
}

/**
 * Adds the rows of events. Pure: the same events give the same rows, so sending them again changes nothing.
 *
 * @param rows is added to
 */
export function addEventRows(rows: EventRows, place: EventPlace, events: readonly AdmittedEvent[]): void {
  const values = valuesOfHeader(place.header)
  const writing: Writing = {rows, place, header: headerColumns.map(column => values[column]), signs: new Map()}
  for (const admitted of events) {
    const {event} = admitted
    if (event.type === 'feature') addFeature(writing, admitted, event)
    else if (event.type === 'start') addStart(writing, admitted, event)
    else if (event.run === null) addLoneEnd(writing, admitted, event)
    else addEnd(writing, admitted, event, event.run)
  }
  for (const [run, signs] of writing.signs) addRun(writing, run, headerRank.feature, signs, {})
}

interface Writing {
  readonly rows: EventRows
  readonly place: EventPlace
  readonly header: readonly (string | null)[]
  /** Of runs from features. */
  readonly signs: Map<string, Signs>
}

/** What was not told about a run. */
const untold = (more: number): readonly unknown[] => [
  neverMs,
  noId,
  0,
  0,
  '',
  ...Array.from({length: more}, () => null),
]
const noStart = untold(1)
const noEnd = untold(3)

interface RunPart {
  readonly start?: readonly unknown[]
  readonly again?: readonly unknown[]
  readonly end?: readonly unknown[]
  readonly isClamped?: boolean
}

function addRun({rows, place, header}: Writing, run: string, rank: number, signs: Signs, part: RunPart): void {
  const {project, receivedAtMs, mark} = place
  const {start = noStart, again = noStart, end = noEnd, isClamped = false} = part
  rows.runs.push(
    JSON.stringify([
      ...[project, idMs(run), run, [rank, signs.firstMs, receivedAtMs, ...header], start, again, end],
      ...[signs.firstMs, signs.lastMs, Number(isClamped)],
      ...[Number(mark?.isOutcomeUntold ?? false), Number(mark?.isTest ?? false), receivedAtMs],
    ]),
  )
}

function addStart(writing: Writing, {timeMs, isClamped}: AdmittedEvent, event: StartEvent): void {
  const {id, run, repeat, script, fields} = event
  const {project, receivedAtMs} = writing.place
  const told = [receivedAtMs, id, 0, timeMs, toJson(fields), script]
  const signs = {firstMs: timeMs, lastMs: timeMs}
  if (repeat === 0) addRun(writing, run, headerRank.start, signs, {start: told, isClamped})
  else {
    writing.rows.repeats.push(JSON.stringify([project, idMs(id), id, run, repeat, timeMs, receivedAtMs]))
    addRun(writing, run, headerRank.repeat, signs, {again: told})
  }
}

function addEnd(writing: Writing, {timeMs, isClamped}: AdmittedEvent, event: EndEvent, run: string): void {
  const {id, fields, durationSeconds, exitCode, signal} = event
  const end = [writing.place.receivedAtMs, id, 0, timeMs, toJson(fields), durationSeconds, exitCode, signal]
  addRun(writing, run, headerRank.end, {firstMs: timeMs, lastMs: timeMs}, {end, isClamped})
}

function addLoneEnd({rows, place, header}: Writing, {timeMs, isClamped}: AdmittedEvent, event: EndEvent): void {
  const {id, fields, durationSeconds, exitCode, signal} = event
  const {project, receivedAtMs} = place
  rows.lone.push(
    JSON.stringify([
      ...[project, idMs(id), id, 'end', timeMs, durationSeconds, exitCode, signal, toJson(fields), Number(isClamped)],
      ...[...header, receivedAtMs, versionOf(receivedAtMs)],
    ]),
  )
}

function addFeature(writing: Writing, {timeMs, isClamped}: AdmittedEvent, event: FeatureEvent): void {
  const {rows, place, header, signs} = writing
  const {project, receivedAtMs} = place
  const {id, run, featureType, name, count, internal, durationSeconds} = event
  const timings = event.timings ?? null
  rows.features.push(
    JSON.stringify([
      ...[project, idMs(id), id, run, featureType, name, timeMs, timings?.sumSeconds ?? durationSeconds],
      ...[timings?.n ?? null, timings === null ? '' : Buffer.from(encodeTimings(timings)).toString('base64'), count],
      ...[Number(internal), Number(isClamped), toJson(event.details ?? {})],
      ...[...header, receivedAtMs, versionOf(receivedAtMs)],
    ]),
  )
  if (run !== null) noteSign(signs, run, timeMs, durationSeconds, receivedAtMs)
}

/** Values as JSON; empty without any. */
export function toJson(values: FieldValues): string {
  const json = JSON.stringify(values)
  return json === '{}' ? '' : json
}
