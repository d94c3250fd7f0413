import type {StatsFilters} from '../../../stats/filters.ts'
import {startOfNextPeriod} from '../../../stats/period.ts'
import type {Span} from '../../../stats/span.ts'
import type {Month} from './column-cache.ts'
import type {FeatureColumns} from './columns.ts'
import type {KnownHeaders} from './headers.ts'
import {isChosen} from './rows.ts'

/** The uses of features of a question. */
export interface FeatureUses {
  readonly months: readonly Month<FeatureColumns>[]
  readonly headers: KnownHeaders
  readonly chosen: Uint8Array | null
  readonly filters: StatsFilters
  /** The features of the type that is asked for; null for all. */
  readonly wanted: ReadonlySet<number> | null
}

/** What is counted of one feature, by its number in the store. */
export interface FeatureCounts {
  readonly feature: number
  readonly count: number
  readonly internal: number
  readonly runs: number
  readonly users: number
  /** Null where no use says how long it took. */
  readonly seconds: number | null
  readonly timed: number | null
}

/** Calls back for each use of a span that is asked for. */
export function eachUse(
  {months, chosen, filters: {internal}, wanted}: FeatureUses,
  span: Span,
  see: (columns: FeatureColumns, row: number, atMs: number, feature: number) => void,
): void {
  const isInternal = internal === null ? null : Number(internal)
  for (const {columns, fromMs} of months) {
    if (fromMs >= span.toMs || startOfNextPeriod(fromMs, 'month') <= span.fromMs) continue
    const {features, begins, at, header} = columns
    const [least, most] = [span.fromMs - fromMs, span.toMs - fromMs]
    for (let place = 0; place < features.length; place++) {
      const feature = features[place]!
      if (wanted !== null && !wanted.has(feature)) continue
      for (let row = begins[place]!; row < begins[place + 1]!; row++) {
        if (at[row]! < least || at[row]! >= most || !isChosen(chosen, header[row]!)) continue
        if (isInternal !== null && columns.isInternal[row] !== isInternal) continue
        see(columns, row, fromMs + at[row]!, feature)
      }
    }
  }
}

interface Counting {
  count: number
  internal: number
  runs: number
  seconds: number
  timed: number
  users: number
  /** Which people used it: 1 at the number of each. */
  readonly seen: Uint8Array
  /** Runs that may have used it in several months. */
  readonly crossing: Set<string>
  /** The month of which runs are being seen, and 1 at the number of each. */
  month: FeatureColumns | null
  ofMonth: Uint8Array
}

/** Counts the uses of each feature in a span. */
export function countFeatures(uses: FeatureUses, span: Span): FeatureCounts[] {
  const {headers} = uses
  const all = new Map<number, Counting>()
  let current: Counting | undefined
  let last = -1
  eachUse(uses, span, (columns, row, _at, feature) => {
    if (feature !== last || current === undefined) {
      current = all.get(feature) ?? newCounting(headers.users.size)
      all.set(feature, current)
      last = feature
    }
    seeUse(current, columns, row, headers)
  })
  return [...all].map(([feature, {count, internal, runs, users, seconds, timed, crossing}]) => ({
    ...{feature, count, internal, users, runs: runs + crossing.size},
    ...{seconds: timed === 0 ? null : seconds, timed: timed === 0 ? null : timed},
  }))
}

const newCounting = (people: number): Counting => ({
  ...{count: 0, internal: 0, runs: 0, seconds: 0, timed: 0, users: 0},
  ...{seen: new Uint8Array(people), crossing: new Set<string>(), month: null, ofMonth: new Uint8Array(0)},
})

function seeUse(counting: Counting, columns: FeatureColumns, row: number, {all}: KnownHeaders): void {
  const count = columns.count[row]!
  counting.count += count
  if (columns.isInternal[row] === 1) counting.internal += count
  const took = columns.seconds[row]!
  if (!Number.isNaN(took)) {
    counting.seconds += took
    counting.timed += count
  }
  const {user} = all[columns.header[row]!]!
  if (user >= 0 && counting.seen[user] === 0) {
    counting.seen[user] = 1
    counting.users++
  }
  seeRun(counting, columns, columns.run[row]!)
}

function seeRun(counting: Counting, columns: FeatureColumns, run: number): void {
  if (run < 0) return
  if (counting.month !== columns) {
    counting.month = columns
    counting.ofMonth = new Uint8Array(columns.runs)
  }
  if (counting.ofMonth[run] === 1) return
  counting.ofMonth[run] = 1
  const key = columns.crossing.get(run)
  if (key === undefined) counting.runs++
  else counting.crossing.add(key)
}
