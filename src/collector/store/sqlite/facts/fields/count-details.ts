import type {DetailFacts, StatsQuestion} from '../../../../../stats/model/source.ts'
import {dayMs} from '../../../../../stats/model/span.ts'
import {type FeatureColumns, unpackNames, type Value, type ValueColumn} from '../../columns/columns.ts'
import {isWithoutUser, type KnownHeaders} from '../../columns/headers.ts'
import {eachUse, type FeatureUses} from '../count-features.ts'
import {createPeopleCounter} from '../people.ts'
import {percentiles} from '../percentiles.ts'

/** A feature whose details are counted, by its id. */
export interface DetailedFeature {
  readonly feature: number
  readonly type: string
  readonly name: string
}

/** Counts the uses of some features in the range by the values of their declared details. */
export function countDetails(
  uses: FeatureUses,
  {range, numberDetails, valueDetails}: StatsQuestion,
  features: readonly DetailedFeature[],
): DetailFacts[] {
  const details = [...numberDetails, ...valueDetails]
  if (details.length === 0 || features.length === 0) return []
  const byId = new Map(features.map(one => [one.feature, one]))
  const all = new Map<string, Found>()
  let readers: {readonly of: FeatureColumns | null; readonly valueOf: readonly ValueReader[]} = {of: null, valueOf: []}
  eachUse({...uses, chosenFeatures: new Set(byId.keys())}, range, (columns, row, atMs, feature) => {
    if (readers.of !== columns)
      readers = {of: columns, valueOf: details.map(detail => createValueReader(columns.details[detail]))}
    for (const [place, detail] of details.entries()) {
      const value = readers.valueOf[place]!(row)
      if (value === undefined || (typeof value === 'number') !== place < numberDetails.length) continue
      const shown = typeof value === 'number' ? null : value
      const key = JSON.stringify([feature, detail, shown])
      const found = all.get(key) ?? {feature, detail, value: shown, at: [], header: [], count: [], numbers: []}
      all.set(key, found)
      found.at.push(atMs)
      found.header.push(columns.header[row]!)
      found.count.push(columns.count[row]!)
      if (typeof value === 'number') found.numbers.push(value)
    }
  })
  const describe = createDescriber(uses.headers, uses.periodOf)
  return Array.from(all.values(), found => {
    const {type, name} = byId.get(found.feature)!
    return {type, name, detail: found.detail, value: found.value, ...describe(found)}
  })
}

/** The uses of a feature with one value of a detail. The same index is the same event. */
interface Found extends Pick<DetailFacts, 'detail' | 'value'> {
  readonly feature: number
  readonly at: number[]
  readonly header: number[]
  readonly count: number[]
  readonly numbers: number[]
}

type ValueReader = (row: number) => Value | undefined

/** Makes the function that finds the value of a row. Rows must ascend. */
function createValueReader(column: ValueColumn | undefined): ValueReader {
  if (column === undefined) return () => undefined
  const {row: rows, value} = column
  const names = unpackNames<Value>(column)
  let place = 0
  return row => {
    while (place < rows.length && rows[place]! < row) place++
    return rows[place] === row ? names[value[place]!] : undefined
  }
}

/** Makes the function that counts uses and users. It reuses its memory. */
function createDescriber(headers: KnownHeaders, periodOf: (atMs: number) => number) {
  const people = createPeopleCounter(headers.users)
  return ({at, header, count, numbers}: Found): Omit<DetailFacts, 'type' | 'name' | 'detail' | 'value'> => {
    people.begin()
    const days = new Set<number>()
    let [all, usesWithoutUser] = [0, 0]
    for (const [place, id] of header.entries()) {
      const atMs = at[place]!
      people.see(headers.user[id]!, headers.period[id]! < 0 ? periodOf(atMs) : headers.period[id]!)
      all += count[place]!
      if (!isWithoutUser(headers, id)) continue
      usesWithoutUser += count[place]!
      days.add(Math.floor(atMs / dayMs))
    }
    return {
      count: all,
      users: people.all(),
      usesWithoutUser,
      daysWithoutUser: days.size,
      numbers: numbers.length === 0 ? null : describeNumbers(numbers),
    }
  }
}

function describeNumbers(numbers: readonly number[]): NonNullable<DetailFacts['numbers']> {
  const [median] = percentiles(Float64Array.from(numbers), [0.5])
  const sum = numbers.reduce((total, one) => total + one, 0)
  const max = numbers.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)
  return {mean: sum / numbers.length, median: median!, max}
}
