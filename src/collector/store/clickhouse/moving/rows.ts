import type {EndEvent, FeatureEvent, StartEvent} from '../../../../protocol/report/event.ts'
import type {Header} from '../../../../protocol/report/header.ts'
import {type HeaderValues, headerColumns, headerOfValues} from '../../../../protocol/report/header-columns.ts'
import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {decodeTimings} from '../../totals/timings-blob.ts'
import {neverMs} from '../tables/columns.ts'

/** What a start, a repeat or an end told, in the order of its tuple. See `../tables/columns.ts`. */
type Told = readonly [received: number, event: string, added: number, at: number, fields: string, ...unknown[]]

/** A run as `runsSql` selects it. */
export interface RunRow {
  readonly run: string
  readonly run_ms: number
  readonly header: readonly [rank: number, at: number, received: number, ...(string | null)[]]
  readonly start: Told
  readonly again: Told
  readonly end: Told
  readonly first_sign: number
  readonly last_sign: number
  readonly counted: number
  readonly is_clamped: 0 | 1
  readonly is_untold: 0 | 1
  readonly is_test: 0 | 1
}

/**
 * The merged runs of a project, with `counted`: when they count. Whole tuples are read in a subquery, because single
 * elements of unmerged rows would be wrong.
 *
 * @param more a condition on the raw rows, which selects all rows of a run or none
 */
export const runsSql = (table: string, more = '1'): string => `
  SELECT *, multiIf(tupleElement(start, 'received') < ${neverMs}, tupleElement(start, 'at'),
      tupleElement(end, 'received') < ${neverMs}, tupleElement(end, 'at'), first_sign) AS counted
  FROM (
    SELECT run, run_ms, identity(header) AS header, identity(start) AS start, identity(again) AS again,
      identity(end) AS end, first_sign, last_sign, is_clamped, is_untold, is_test
    FROM ${table} AS raw FINAL WHERE project = {project:String} AND ${more})`

const isTold = ([received]: Told): boolean => received < neverMs

export const headerOfRun = ({header: [, , , ...values]}: RunRow): Header =>
  headerOfValues(Object.fromEntries(headerColumns.map((column, index) => [column, values[index]])) as HeaderValues)

/** A row with a column for each value of the header. */
export type HeaderRow = HeaderValues & Readonly<Record<string, unknown>>

export const headerOf = (row: HeaderRow): Header => headerOfValues(row)

export const startOf = ({run, start}: RunRow): StartEvent | null => (isTold(start) ? startTold(run, start) : null)

function startTold(run: string, [, id, , at, fields, script]: Told): StartEvent {
  return {
    ...{id, type: 'start', run, time: toTime(at)},
    ...{script: script as string | null, repeat: 0, fields: fromJson(fields) ?? {}},
  }
}

/** A repeated start, with the content of its run. */
export function repeatOf(row: RunRow, {event, repeat, at}: {event: string; repeat: number; at: number}): StartEvent {
  const told = isTold(row.start) ? row.start : row.again
  return {...startTold(row.run, told), id: event, time: toTime(at), repeat}
}

export function endOf({run, end}: RunRow): EndEvent | null {
  if (!isTold(end)) return null
  const [, id, , at, fields, seconds, exitCode, signal] = end
  return {
    ...{id, type: 'end', run, time: toTime(at), durationSeconds: seconds as number | null},
    ...{exitCode: exitCode as number | null, signal: signal as string | null, fields: fromJson(fields) ?? {}},
  }
}

export function loneEndOf(row: HeaderRow): EndEvent {
  return {
    ...{id: String(row['event']), type: 'end', run: null, time: toTime(row['at'])},
    ...{durationSeconds: row['seconds'] as number | null, exitCode: row['exit_code'] as number | null},
    ...{signal: row['signal'] as string | null, fields: fromJson(row['fields']) ?? {}},
  }
}

export function featureOf(row: HeaderRow): FeatureEvent {
  const seconds = row['seconds'] as number | null
  const timings = String(row['timings'])
  return {
    ...{id: String(row['event']), type: 'feature', run: row['run'] as string | null, time: toTime(row['at'])},
    ...{featureType: String(row['type']), name: String(row['name'])},
    ...(timings === ''
      ? {durationSeconds: seconds}
      : {durationSeconds: null, timings: decodeTimings(Buffer.from(timings, 'base64'), seconds ?? 0)}),
    ...{count: Number(row['count']), internal: row['is_internal'] === 1, details: fromJson(row['details'])},
  }
}

export const toTime = (milliseconds: unknown): string => new Date(Number(milliseconds)).toISOString()

const fromJson = (text: unknown): FieldValues | null => (text === '' ? null : JSON.parse(String(text)))
