import {Durations} from '../../../../protocol/durations/durations.ts'
import type {Bounds} from '../../../../stats/model/bounds.ts'
import type {Duration, Outcomes} from '../../../../stats/model/model.ts'
import type {FirstRun, StatsFacts} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {encodeDurations} from '../../totals/timings-blob.ts'
import type {Month} from '../columns/column-cache.ts'
import {type RunColumns, results} from '../columns/columns.ts'
import {type Growing, growing} from '../columns/growing.ts'
import type {KnownHeaders} from '../columns/headers.ts'
import type {Memory} from '../columns/read-cache.ts'
import {createPeopleCounter} from './people.ts'
import {percentiles} from './percentiles.ts'
import {isChosen, type Rows, rowsIn} from './rows.ts'

/** The runs that a question is about: their months, and the headers that the filters choose. */
export interface Runs {
  readonly months: readonly Month<RunColumns>[]
  readonly headers: KnownHeaders
  readonly chosen: Uint8Array | null
}

export const runsIn = ({months}: Runs, span: Span): Generator<Rows<RunColumns>> =>
  rowsIn(months, span, columns => columns.at)

/**
 * Counts how the runs of a span ended, and how long they took. A run without an end is lost if it gave no sign of life
 * after `lostBeforeMs` (Unix milliseconds).
 */
export function countOutcomes(runs: Runs, span: Span, lostBeforeMs: number): {outcomes: Outcomes; duration: Duration} {
  const counting: Counting = {counts: new Float64Array(results.length), seconds: growing(Float64Array), lost: 0}
  for (const part of runsIn(runs, span)) seeOutcomes(counting, part, runs.chosen, lostBeforeMs)
  const {lost, seconds} = counting
  const [open, ok, failed, signal, unknown] = [...counting.counts] as [number, number, number, number, number]
  const outcomes = {ok, failed, signal, lost, running: open - lost, unknown}
  return {outcomes, duration: describe(seconds.column())}
}

interface Counting {
  /** By the index of `results`. */
  readonly counts: Float64Array
  /** Durations, unsorted. */
  readonly seconds: Growing<Float64Array>
  lost: number
}

function seeOutcomes(
  counting: Counting,
  {columns, begin, end}: Rows<RunColumns>,
  chosen: Uint8Array | null,
  lostBeforeMs: number,
): void {
  const {counts, seconds} = counting
  const {header, result, lastSignAt, seconds: took} = columns
  let {lost} = counting
  for (let row = begin; row < end; row++) {
    if (chosen !== null && chosen[header[row]!] !== 1) continue
    counts[result[row]!]!++
    if (result[row] === 0 && lastSignAt[row]! <= lostBeforeMs) lost++
    const one = took[row]!
    if (!Number.isNaN(one)) seconds.push(one)
  }
  counting.lost = lost
}

function describe(seconds: Float64Array): Duration {
  const n = seconds.length
  let sum = 0
  for (let place = 0; place < n; place++) sum += seconds[place]!
  const [p50Seconds, p90Seconds, p99Seconds] = percentiles(seconds, [0.5, 0.9, 0.99]) as [null, null, null]
  const percentileBound = n === 0 ? null : 0
  return {n, meanSeconds: n === 0 ? null : sum / n, p50Seconds, p90Seconds, p99Seconds, percentileBound}
}

/** The histogram of the durations of a span, encoded. */
export function encodeRunDurations(runs: Runs, span: Span): string {
  const durations = new Durations()
  for (const {columns, begin, end} of runsIn(runs, span))
    for (let row = begin; row < end; row++)
      if (isChosen(runs.chosen, columns.header[row]!) && !Number.isNaN(columns.seconds[row]!))
        durations.record(columns.seconds[row]!)
  return Buffer.from(encodeDurations(durations.toParts())).toString('base64')
}

interface KeptFirstRuns {
  readonly state: string
  readonly first: readonly FirstRun[]
}

/** The first run of each version in some months, in order. A month is counted once while its state is the same. */
export function findFirstRuns(
  {months, headers, memory, project}: Omit<Runs, 'chosen'> & {readonly memory: Memory; readonly project: number},
  {toMs}: Span,
): FirstRun[] {
  const all = new Map<string, FirstRun>()
  for (const month of months) {
    const key = `first runs ${project} ${month.fromMs}`
    const before = memory.get<KeptFirstRuns>(key)
    const first = before?.state === month.state ? before.first : firstRunsOf(month, headers)
    if (first !== before?.first)
      memory.keep(key, {state: month.state, first} satisfies KeptFirstRuns, 200 + 150 * first.length)
    for (const one of first) if (!all.has(one.version)) all.set(one.version, one)
  }
  return [...all.values()].filter(({atMs}) => atMs < toMs)
}

function firstRunsOf({fromMs, columns}: Month<RunColumns>, {name, names}: KnownHeaders): FirstRun[] {
  const {at, header} = columns()
  const firstRow = new Int32Array(names.version.length).fill(-1)
  for (let row = at.length - 1; row >= 0; row--) firstRow[name.version[header[row]!]!] = row
  return names.version.flatMap((version, number) => {
    const row = firstRow[number]!
    return version === null || row < 0 ? [] : [{version, atMs: fromMs + at[row]!}]
  })
}

/** Makes the function that counts different scripts in a span, without runs in CI. */
export function createScriptCounter(
  {months, headers, chosen}: Runs,
  numbers: ScriptNumbers,
  periodOf: (atMs: number) => number,
): (span: Span) => Bounds {
  for (const month of months) numbers.of(month.columns())
  const scripts = createPeopleCounter(numbers.size())
  return span => {
    scripts.begin()
    for (const {columns, fromMs, begin, end} of rowsIn(months, span, ({at}) => at)) {
      const [global, {script, header, at}] = [numbers.of(columns), columns]
      for (let row = begin; row < end; row++) {
        const who = header[row]!
        if (script[row]! < 0 || headers.isCi[who] === 1 || (chosen !== null && chosen[who] !== 1)) continue
        scripts.see(
          global[script[row]!]!,
          headers.period[who]! < 0 ? periodOf(fromMs + at[row]!) : headers.period[who]!,
        )
      }
    }
    return scripts.all()
  }
}

/** Numbers scripts, the same in every month. It is kept from one question to the next. */
export interface ScriptNumbers {
  of(columns: RunColumns): Int32Array
  size(): number
}

export function createScriptNumbers(): ScriptNumbers {
  const numbers = new Map<string, number>()
  const known = new WeakMap<RunColumns, Int32Array>()
  const numberOf = (script: string): number => {
    const before = numbers.get(script)
    if (before !== undefined) return before
    numbers.set(script, numbers.size)
    return numbers.size - 1
  }
  return {
    of(columns) {
      const found = known.get(columns) ?? Int32Array.from(columns.scripts, numberOf)
      known.set(columns, found)
      return found
    },
    size: () => numbers.size,
  }
}

/** Counts the exit codes and signals of the runs of a span. */
export function countExits(runs: Runs, span: Span): StatsFacts['exits'] {
  const all = new Map<string, {exitCode: number | null; signal: string | null; runs: number}>()
  for (const {columns, begin, end} of runsIn(runs, span)) {
    const counts = new Float64Array(columns.exits.length)
    const {exit: exitOf, header, exits} = columns
    for (let row = begin; row < end; row++)
      if (exitOf[row]! >= 0 && isChosen(runs.chosen, header[row]!)) counts[exitOf[row]!]!++
    for (const [place, exit] of exits.entries()) {
      const key = `${exit.exitCode} ${exit.signal}`
      const count = (all.get(key)?.runs ?? 0) + counts[place]!
      if (count > 0) all.set(key, {...exit, runs: count})
    }
  }
  return [...all.values()]
}
