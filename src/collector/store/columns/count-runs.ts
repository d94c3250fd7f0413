import type {Duration, Outcomes} from '../../../stats/model.ts'
import type {NumberFieldFacts, StatsFacts, ValueFieldFacts} from '../../../stats/source.ts'
import type {Span} from '../../../stats/span.ts'
import type {Month} from './column-cache.ts'
import {type RunColumns, results} from './columns.ts'
import type {KnownHeaders} from './headers.ts'
import {isChosen, percentile, type Rows, rowsIn} from './rows.ts'

/** The runs of a question: the months that have them, and which headers are chosen. */
export interface Runs {
  readonly months: readonly Month<RunColumns>[]
  readonly headers: KnownHeaders
  readonly chosen: Uint8Array | null
}

export const runsIn = ({months}: Runs, span: Span): Generator<Rows<RunColumns>> =>
  rowsIn(months, span, columns => columns.at)

/** How the runs of a span ended, and how long they took. */
export function countOutcomes(runs: Runs, span: Span, lostBeforeMs: number): {outcomes: Outcomes; duration: Duration} {
  const counts = new Float64Array(results.length)
  let [lost, known] = [0, 0]
  const parts = [...runsIn(runs, span)]
  const seconds = new Float64Array(parts.reduce((sum, {begin, end}) => sum + end - begin, 0))
  for (const {columns, begin, end} of parts) {
    const {header, result, lastSignAt} = columns
    for (let row = begin; row < end; row++) {
      if (!isChosen(runs.chosen, header[row]!)) continue
      counts[result[row]!]!++
      if (result[row] === 0 && lastSignAt[row]! <= lostBeforeMs) lost++
      const took = columns.seconds[row]!
      if (!Number.isNaN(took)) seconds[known++] = took
    }
  }
  const [open, ok, failed, signal, unknown] = counts as unknown as [number, number, number, number, number]
  const outcomes = {ok, failed, signal, lost, running: open - lost, unknown}
  return {outcomes, duration: describe(seconds.subarray(0, known))}
}

function describe(seconds: Float64Array): Duration {
  const n = seconds.length
  const sorted = seconds.sort()
  return {
    n,
    meanSeconds: n === 0 ? null : seconds.reduce((sum, one) => sum + one, 0) / n,
    p50Seconds: percentile(sorted, 0.5),
    p90Seconds: percentile(sorted, 0.9),
    p99Seconds: percentile(sorted, 0.99),
  }
}

/** Makes the function that counts the different scripts of people in a span. */
export function createScriptCounter(runs: Runs): (span: Span) => number {
  const numbers = new Map<string, number>()
  const numberOf = new Map<RunColumns, Int32Array>()
  for (const {columns} of runs.months)
    numberOf.set(
      columns,
      Int32Array.from(columns.scripts, script => {
        const known = numbers.get(script)
        if (known === undefined) numbers.set(script, numbers.size)
        return known ?? numbers.size - 1
      }),
    )
  const seenIn = new Int32Array(numbers.size)
  let turn = 0
  return span => {
    turn++
    let different = 0
    for (const {columns, begin, end} of runsIn(runs, span)) {
      const global = numberOf.get(columns)!
      for (let row = begin; row < end; row++) {
        const script = columns.script[row]!
        const header = columns.header[row]!
        if (script < 0 || seenIn[global[script]!] === turn || !isChosen(runs.chosen, header)) continue
        if (runs.headers.all[header]!.names.ci !== null) continue
        seenIn[global[script]!] = turn
        different++
      }
    }
    return different
  }
}

/** How the runs of a span ended that ended with a code or a signal. */
export function countExits(runs: Runs, span: Span): StatsFacts['exits'] {
  const all = new Map<string, {exitCode: number | null; signal: string | null; runs: number}>()
  for (const {columns, begin, end} of runsIn(runs, span)) {
    const counts = new Float64Array(columns.exits.length)
    for (let row = begin; row < end; row++) {
      const exit = columns.exit[row]!
      if (exit >= 0 && isChosen(runs.chosen, columns.header[row]!)) counts[exit]!++
    }
    for (const [place, exit] of columns.exits.entries()) {
      const key = `${exit.exitCode} ${exit.signal}`
      const count = (all.get(key)?.runs ?? 0) + counts[place]!
      if (count > 0) all.set(key, {...exit, runs: count})
    }
  }
  return [...all.values()]
}

/** The numbers that runs of a span have in these fields. */
export function countNumbers(runs: Runs, span: Span, names: readonly string[]): NumberFieldFacts[] {
  const parts = [...runsIn(runs, span)]
  return names.flatMap(name => {
    const found: number[] = []
    for (const part of parts) {
      const column = part.columns.numbers[name]
      if (column === undefined) continue
      column.row.forEach((row, place) => {
        if (isIn(part, row, runs)) found.push(column.value[place]!)
      })
    }
    if (found.length === 0) return []
    const values = Float64Array.from(found).sort()
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [{name, n: values.length, mean, median: percentile(values, 0.5), max: values.at(-1)!}]
  })
}

/** How many runs of a span have which value in these fields. */
export function countValues(runs: Runs, span: Span, names: readonly string[]): ValueFieldFacts[] {
  const parts = [...runsIn(runs, span)]
  return names.flatMap(name => {
    const counts = new Map<string | boolean, number>()
    for (const part of parts) {
      const column = part.columns.values[name]
      column?.row.forEach((row, place) => {
        const value = column.names[column.value[place]!]!
        if (isIn(part, row, runs)) counts.set(value, (counts.get(value) ?? 0) + 1)
      })
    }
    return [...counts].map(([value, count]) => ({name, value, runs: count}))
  })
}

const isIn = ({columns, begin, end}: Rows<RunColumns>, row: number, {chosen}: Runs): boolean =>
  row >= begin && row < end && isChosen(chosen, columns.header[row]!)
