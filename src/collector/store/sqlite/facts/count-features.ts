import {Durations, mergeDurations} from '../../../../protocol/durations/durations.ts'
import type {Bounds} from '../../../../stats/model/bounds.ts'
import type {StatsFilters} from '../../../../stats/model/filters.ts'
import {startOfNextPeriod} from '../../../../stats/model/period.ts'
import {dayMs, type Span} from '../../../../stats/model/span.ts'
import type {FeatureCounts} from '../../totals/feature-counts.ts'
import {decodeTimings} from '../../totals/timings-blob.ts'
import type {Month} from '../columns/column-cache.ts'
import type {FeatureColumns} from '../columns/columns.ts'
import {isWithoutUser, type KnownHeaders} from '../columns/headers.ts'
import {createEndSum} from './endings/feature-endings.ts'
import type {MonthCounts, MonthSummaries, MonthSummary} from './month-summaries.ts'
import {createPeopleCounter, type PeopleCounter} from './people.ts'
import {monthsIn} from './rows.ts'

/** The uses of features that a question is about. */
export interface FeatureUses {
  readonly months: readonly Month<FeatureColumns>[]
  readonly headers: KnownHeaders
  readonly chosen: Uint8Array | null
  readonly filters: StatsFilters
  /** The ids of the features that the filters choose. Null for all. */
  readonly chosenFeatures: ReadonlySet<number> | null
  /** The number of the rotation period of an instant. */
  readonly periodOf: (atMs: number) => number
}

/** Calls `see` for each use in a span that the filters choose. */
export function eachUse(
  uses: FeatureUses,
  span: Span,
  see: (columns: FeatureColumns, row: number, atMs: number, feature: number) => void,
): void {
  const {chosen, filters, chosenFeatures} = uses
  const internal = filters.internal === null ? -1 : Number(filters.internal)
  for (const month of monthsIn(uses.months, span)) {
    const {fromMs} = month
    const columns = month.columns()
    const {features, begins, at, header, isInternal} = columns
    const [least, most] = [span.fromMs - fromMs, span.toMs - fromMs]
    for (let place = 0; place < features.length; place++) {
      const feature = features[place]!
      if (chosenFeatures !== null && !chosenFeatures.has(feature)) continue
      for (let row = begins[place]!; row < begins[place + 1]!; row++) {
        if (at[row]! < least || at[row]! >= most) continue
        if ((chosen !== null && chosen[header[row]!] !== 1) || (internal >= 0 && isInternal[row] !== internal)) continue
        see(columns, row, fromMs + at[row]!, feature)
      }
    }
  }
}

/** The months with uses of one feature. */
export type MonthsOfFeature = readonly {readonly summary: MonthSummary; readonly counts: MonthCounts}[]

/** Sums up the months of a span, by the id of the feature. */
export function sumMonths(
  uses: FeatureUses,
  span: Span,
  summaries: MonthSummaries,
): ReadonlyMap<number, MonthsOfFeature> {
  const all = new Map<number, MonthsOfFeature[number][]>()
  for (const month of monthsIn(uses.months, span)) {
    const toMs = startOfNextPeriod(month.fromMs, 'month')
    const isWhole =
      month.fromMs >= span.fromMs && (toMs <= span.toMs || month.fromMs + lastOf(month.columns()) < span.toMs)
    const ofMonth = {...uses, months: [month]}
    const summary = isWhole ? summaries.of(month, uses.filters, () => sumUp(ofMonth, span)) : sumUp(ofMonth, span)
    for (const [feature, counts] of summary.counts) {
      const before = all.get(feature)
      if (before === undefined) all.set(feature, [{summary, counts}])
      else before.push({summary, counts})
    }
  }
  return all
}

/** Counts the uses of each feature in some months. */
export function countFeatures({headers}: FeatureUses, all: ReadonlyMap<number, MonthsOfFeature>): FeatureCounts[] {
  const counter = createPeopleCounter(headers.users)
  return Array.from(all, ([feature, months]) => addUp(feature, months, counter))
}

function lastOf({at}: FeatureColumns): number {
  let last = 0
  for (let row = 0; row < at.length; row++) if (at[row]! > last) last = at[row]!
  return last
}

/** Adds up the months of a feature. A project may have a million features, most of them in one month: nothing is copied. */
function addUp(feature: number, of: MonthsOfFeature, counter: PeopleCounter): FeatureCounts {
  const months = of.map(({counts}) => counts)
  const [first] = months as [MonthCounts]
  const isOne = months.length === 1
  const sum = {...noCounts}
  for (const counts of months) for (const name of nameOfCounts) sum[name] += counts[name]
  const crossing = isOne ? first.crossing.length : new Set(months.flatMap(one => one.crossing)).size
  return {
    feature,
    count: sum.count,
    internal: sum.internal,
    runs: sum.runs + crossing,
    users: countDifferent(months, counter),
    usesWithoutUser: sum.usesWithoutUser,
    daysWithoutUser: sum.daysWithoutUser,
    seconds: sum.timed === 0 ? null : sum.seconds,
    timed: sum.timed === 0 ? null : sum.timed,
    durations: isOne ? first.durations : mergeDurations(months.map(({durations}) => durations)),
  }
}

const noCounts = {count: 0, internal: 0, runs: 0, seconds: 0, timed: 0, usesWithoutUser: 0, daysWithoutUser: 0}
const nameOfCounts = Object.keys(noCounts) as readonly (keyof typeof noCounts)[]

function countDifferent(months: readonly MonthCounts[], counter: PeopleCounter): Bounds {
  counter.begin()
  for (const {people, periods} of months)
    for (let place = 0; place < people.length; place++) counter.see(people[place]!, periods[place]!)
  return counter.all()
}

/** Sums up one month, feature by feature. The columns are sorted by feature. */
function sumUp(uses: FeatureUses, span: Span): MonthSummary {
  const all = new Map<number, MonthCounts>()
  const columns = uses.months[0]!.columns()
  const {count, isInternal, seconds, timed, header, run} = columns
  const {headers, periodOf} = uses
  const [peopleIn, runsIn] = [new Int32Array(headers.users), new Int32Array(columns.runs.header.length)]
  const ends = createEndSum(columns, headers)
  let [last, turn] = [-1, 0]
  const addDurations = createDurationsReader(columns)
  let sum = newSum()
  const keep = (): void => {
    if (turn > 0) all.set(last, {...monthCounts(sum), ...ends.take()})
    sum = newSum()
    turn++
  }
  eachUse(uses, span, (_columns, row, atMs, feature) => {
    if (feature !== last || turn === 0) {
      keep()
      last = feature
    }
    const who = header[row]!
    sum.count += count[row]!
    if (isInternal[row] === 1) sum.internal += count[row]!
    if (!Number.isNaN(seconds[row]!)) {
      sum.seconds += seconds[row]!
      sum.timed += timed[row]!
      sum.durations ??= new Durations()
      addDurations(row, sum.durations)
    }
    const person = headers.user[who]!
    if (person >= 0 && peopleIn[person] !== turn) {
      peopleIn[person] = turn
      sum.people.push(person)
      sum.periods.push(headers.period[who]! < 0 ? periodOf(atMs) : headers.period[who]!)
    }
    if (isWithoutUser(headers, who)) {
      sum.usesWithoutUser += count[row]!
      sum.days ??= new Set()
      sum.days.add(Math.floor(atMs / dayMs))
    }
    if (run[row]! < 0 || runsIn[run[row]!] === turn) return
    runsIn[run[row]!] = turn
    const key = columns.crossing.get(run[row]!)
    if (key === undefined) sum.runs++
    else sum.crossing.push(key)
    ends.add(run[row]!)
  })
  if (turn > 0) keep()
  return {counts: all, runs: columns.runs, crossing: columns.crossing}
}

/**
 * Makes the function that adds the durations of single uses of a row. Rows must ascend. Several uses with one duration
 * are left out: only their sum is known.
 */
function createDurationsReader({count, seconds, timings}: FeatureColumns): (row: number, sum: Durations) => void {
  let place = 0
  return (row, sum) => {
    while (place < timings.row.length && timings.row[place]! < row) place++
    if (timings.row[place] === row) {
      const blob = timings.bytes.subarray(timings.begins[place], timings.begins[place + 1])
      sum.addTimings(decodeTimings(blob, seconds[row]!))
    } else if (count[row] === 1) sum.record(seconds[row]!)
  }
}

const newSum = () => ({
  ...noCounts,
  durations: null as Durations | null,
  people: [] as number[],
  periods: [] as number[],
  days: null as Set<number> | null,
  crossing: [] as string[],
})

const monthCounts = ({days, ...sum}: ReturnType<typeof newSum>): Omit<MonthCounts, 'ended' | 'notEnded'> => ({
  ...sum,
  daysWithoutUser: days?.size ?? 0,
  people: new Int32Array(sum.people),
  periods: new Int32Array(sum.periods),
})
