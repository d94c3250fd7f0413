import type {Quality} from '../model/model.ts'
import {formatDay} from '../model/period.ts'
import type {QualityFacts} from '../model/source.ts'
import {dayMs} from '../model/span.ts'

/** Two sizes say nothing about growth if fewer days lie between them. */
const minDays = 7
const growthDays = 30
/** A later day is not forecast. */
const maxDays = 50 * 365

/** Forecasts how fast a store grows and when its disk is full, as far as that is known. Pure. */
export function forecastDisk({
  freeBytes,
  growth,
}: Pick<QualityFacts, 'freeBytes' | 'growth'>): Pick<Quality, 'freeBytes' | 'growthBytes' | 'diskFullOn'> {
  if (growth === null) return {freeBytes, growthBytes: null, diskFullOn: null}
  const toMs = Date.parse(growth.toDay)
  const days = (toMs - Date.parse(growth.fromDay)) / dayMs
  if (days < minDays) return {freeBytes, growthBytes: null, diskFullOn: null}
  const perDay = (growth.toBytes - growth.fromBytes) / days
  const left = freeBytes === null || perDay <= 0 ? null : freeBytes / perDay
  const diskFullOn = left === null || left > maxDays ? null : formatDay(toMs + Math.floor(left) * dayMs)
  return {freeBytes, growthBytes: Math.round(perDay * growthDays), diskFullOn}
}

/** Rows from which on the size of one means something: below it is that of empty pages. */
const minRows = 1_000

/** The sizes of the tables and of one row of them; null while a table has few rows. Pure. */
export function sizesOf({
  tables,
}: Pick<QualityFacts, 'tables'>): Pick<Quality, 'tables' | 'bytesPerRun' | 'bytesPerFeature'> {
  const perRow = (tableName: string): number | null => {
    const table = tables?.find(({name}) => name === tableName)
    return table === undefined || table.rows < minRows ? null : Math.round(table.bytes / table.rows)
  }
  return {tables, bytesPerRun: perRow('runs'), bytesPerFeature: perRow('features')}
}
