import type {EndEvent, FeatureEvent, StartEvent} from '../../../../protocol/report/event.ts'
import type {Header} from '../../../../protocol/report/header.ts'
import {type HeaderValues, headerColumns, headerOfValues} from '../../../../protocol/report/header-columns.ts'
import {decodeTimings} from '../../totals/timings-blob.ts'

/** The columns of the header, with a prefix that no other column of a row has. */
export const headerSql = headerColumns.map(column => `h."${column}" AS header_${column}`).join(', ')

/** Whether a row is in no totals yet: a purge that was killed may have left others. */
export const isKept = (column: string): string => `NOT EXISTS (
  SELECT 1 FROM run_purges u WHERE u.project = :project AND ${column} < u.runs_before)`

/** A row of a table, with the columns of its header. */
export type Row = Readonly<Record<string, unknown>>

export function headerOf(row: Row): Header {
  const values = headerColumns.map(column => [column, row[`header_${column}`]])
  return headerOfValues(Object.fromEntries(values) as HeaderValues)
}

export function startOf(row: Row): StartEvent {
  const script = row['script'] as string | null
  const common = {id: toUuid(row['start_event'])!, run: toUuid(row['run'])!, time: toTime(row['started_at'])}
  return {...common, type: 'start', script, repeat: 0, fields: fromJson(row['start_fields']) ?? {}}
}

export function endOf(row: Row): EndEvent {
  return {
    id: toUuid(row['end_event'])!,
    type: 'end',
    run: toUuid(row['run']),
    time: toTime(row['ended_at']),
    durationSeconds: row['duration_seconds'] as number | null,
    exitCode: row['exit_code'] as number | null,
    signal: row['signal'] as string | null,
    fields: fromJson(row['end_fields']) ?? {},
  }
}

export function featureOf(row: Row): FeatureEvent {
  const sumSeconds = row['duration_seconds'] as number | null
  const blob = row['timings'] as Uint8Array | null
  const durations =
    blob === null
      ? {durationSeconds: sumSeconds}
      : {durationSeconds: null, timings: decodeTimings(blob, sumSeconds ?? 0)}
  return {
    id: toUuid(row['event'])!,
    type: 'feature',
    run: toUuid(row['run']),
    time: toTime(row['used_at']),
    featureType: String(row['type']),
    name: String(row['name']),
    ...durations,
    count: Number(row['count']),
    internal: row['is_internal'] === 1,
    details: fromJson(row['details']),
  }
}

export function toUuid(blob: unknown): string | null {
  if (!(blob instanceof Uint8Array)) return null
  return Buffer.from(blob)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const toTime = (milliseconds: unknown): string => new Date(Number(milliseconds)).toISOString()

const fromJson = (text: unknown) => (typeof text === 'string' ? JSON.parse(text) : null)
