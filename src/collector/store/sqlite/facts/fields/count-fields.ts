import type {NumberFieldFacts, StatsFacts, StatsQuestion, ValueFieldFacts} from '../../../../../stats/model/source.ts'
import {dayMs, type Span} from '../../../../../stats/model/span.ts'
import {type RunColumns, unpackNames} from '../../columns/columns.ts'
import {isWithoutUser, type KnownHeaders} from '../../columns/headers.ts'
import {type Runs, runsIn} from '../count-runs.ts'
import {createPeopleCounter} from '../people.ts'
import {percentiles} from '../percentiles.ts'
import {isChosen, placeOf, type Rows} from '../rows.ts'

type FieldFacts = StatsFacts['fieldPeriods'][number]

/** Counts the declared fields of the runs in a range and in each of its periods. Fields without a value are left out. */
export function countFields(
  runs: Runs,
  {range, periods, numberFields, valueFields}: StatsQuestion,
  periodOf: (atMs: number) => number,
): FieldFacts & Pick<StatsFacts, 'fieldPeriods'> {
  const all = hull([range, ...periods])
  const numbers = [...collectNumbers(runs, all, numberFields)]
  const values = [...collectValues(runs, all, valueFields)].flatMap(([name, byValue]) =>
    [...byValue].map(([value, found]) => ({name, value, found})),
  )
  const count = createUsageCounter(runs.headers, periodOf)
  const countIn = (span: Span): FieldFacts => ({
    numberFields: numbers.flatMap(([name, found]) => describeNumbers(name, numbersIn(found, span))),
    valueFields: [...numbers.map(([name, found]) => ({name, value: null, found})), ...values].flatMap(
      ({found, ...row}) => {
        const usage = count(found, span)
        return usage.runs === 0 ? [] : [{...row, ...usage}]
      },
    ),
  })
  return {...countIn(range), fieldPeriods: periods.map(countIn)}
}

const hull = (spans: readonly Span[]): Span => ({
  fromMs: spans.reduce((least, {fromMs}) => Math.min(least, fromMs), Number.POSITIVE_INFINITY),
  toMs: spans.reduce((most, {toMs}) => Math.max(most, toMs), Number.NEGATIVE_INFINITY),
})

/** Runs that have a field, or one of its values, in the order of time. The same index is the same run. */
interface Found {
  /** Unix milliseconds. */
  readonly at: number[]
  readonly header: number[]
}

interface FoundNumbers extends Found {
  readonly number: number[]
}

function add({at, header}: Found, {fromMs, columns}: Rows<RunColumns>, row: number): void {
  at.push(fromMs + columns.at[row]!)
  header.push(columns.header[row]!)
}

const isIn = ({columns: {header}, begin, end}: Rows<RunColumns>, {chosen}: Runs, row: number): boolean =>
  row >= begin && row < end && isChosen(chosen, header[row]!)

function collectNumbers(runs: Runs, span: Span, names: readonly string[]): Map<string, FoundNumbers> {
  const all = new Map(names.map(name => [name, {at: [], header: [], number: []} as FoundNumbers]))
  for (const part of runsIn(runs, span))
    for (const [name, found] of all) {
      const {row, value} = part.columns.numbers[name] ?? noNumbers
      for (let place = 0; place < row.length; place++) {
        if (!isIn(part, runs, row[place]!)) continue
        add(found, part, row[place]!)
        found.number.push(value[place]!)
      }
    }
  return all
}

const noNumbers: RunColumns['numbers'][string] = {row: new Uint32Array(), value: new Float64Array()}

type ByValue = Map<ValueFieldFacts['value'], Found>

/** Collects by field and value; null has the runs of all values of a field. */
function collectValues(runs: Runs, span: Span, names: readonly string[]): Map<string, ByValue> {
  const all = new Map(names.map(name => [name, new Map([[null, {at: [], header: []}]]) as ByValue]))
  for (const part of runsIn(runs, span))
    for (const [name, byValue] of all) {
      const column = part.columns.values[name]
      if (column === undefined) continue
      const ofAll = byValue.get(null)!
      const ofPlace = unpackNames(column).map(value => {
        const found = byValue.get(value) ?? {at: [], header: []}
        byValue.set(value, found)
        return found
      })
      const {row, value} = column
      for (let place = 0; place < row.length; place++) {
        if (!isIn(part, runs, row[place]!)) continue
        add(ofAll, part, row[place]!)
        add(ofPlace[value[place]!]!, part, row[place]!)
      }
    }
  return all
}

function numbersIn({at, number}: FoundNumbers, {fromMs, toMs}: Span): Float64Array {
  return Float64Array.from(number.slice(placeOf(at, fromMs), placeOf(at, toMs)))
}

function describeNumbers(name: string, numbers: Float64Array): NumberFieldFacts[] {
  const n = numbers.length
  if (n === 0) return []
  let [sum, max] = [0, Number.NEGATIVE_INFINITY]
  for (const number of numbers) {
    sum += number
    if (number > max) max = number
  }
  const [median] = percentiles(numbers, [0.5])
  return [{name, n, mean: sum / n, median: median!, max}]
}

/** Makes the function that counts the runs and users of a span. It reuses its memory. */
function createUsageCounter(headers: KnownHeaders, periodOf: (atMs: number) => number) {
  const people = createPeopleCounter(headers.users)
  return ({at, header}: Found, {fromMs, toMs}: Span): Omit<ValueFieldFacts, 'name' | 'value'> => {
    people.begin()
    const days = new Set<number>()
    const [begin, end] = [placeOf(at, fromMs), placeOf(at, toMs)]
    let usesWithoutUser = 0
    for (let place = begin; place < end; place++) {
      const [id, atMs] = [header[place]!, at[place]!]
      people.see(headers.user[id]!, headers.period[id]! < 0 ? periodOf(atMs) : headers.period[id]!)
      if (!isWithoutUser(headers, id)) continue
      usesWithoutUser++
      days.add(Math.floor(atMs / dayMs))
    }
    return {runs: end - begin, users: people.all(), usesWithoutUser, daysWithoutUser: days.size}
  }
}
