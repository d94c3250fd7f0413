import {Durations} from '../../../../protocol/durations/durations.ts'
import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import {rotationPeriods} from '../../../../stats/model/rotation.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {type UseOfTotals, usesOfTotals} from '../../totals/kept-features.ts'
import {decodeTimings} from '../../totals/timings-blob.ts'
import {type Database, eachRow} from '../tables/database.ts'

/** The total of one feature and one kind of use. */
export interface UseTotal {
  readonly use: UseOfTotals
  readonly feature: number
  readonly count: number
  readonly internal: number
  /** Different ones. */
  readonly runs: number
  readonly users: number
  /** Of the rotation period with most of them: at least so many people. */
  readonly usersLow: number
  readonly usesWithoutUser: number
  readonly daysWithoutUser: number
  readonly unpaired: number
  /** Null if no use has a duration. */
  readonly seconds: number | null
  readonly timed: number | null
  /** Null if no use has a duration of its own. */
  readonly durations: Durations | null
}

/** Counts the single uses of features in a span, piece by piece. */
export interface UseCounting {
  /** Counts an hour, and then totals one feature. False if nothing is left. */
  countNext(): boolean
  /** The totals of the features that are totalled. */
  totals(): UseTotal[]
}

const query = `
  SELECT f.feature, f.used_at AS atMs, f.run, f.count, f.is_internal AS isInternal, f.duration_seconds AS seconds,
    f.timed, f.timings, h.ci, h.user, unixepoch(h.period) * 1000 AS period
  FROM features f JOIN headers h ON h.id = f.header
  WHERE f.project = :project AND f.used_at >= :from AND f.used_at < :to`

interface Use {
  readonly feature: number
  readonly atMs: number
  readonly run: Uint8Array | null
  readonly count: number
  readonly isInternal: number
  readonly seconds: number | null
  readonly timed: number | null
  readonly timings: Uint8Array | null
  readonly ci: string | null
  readonly user: string | null
  readonly period: number | null
}

const pieceMs = 3_600_000

/** Begins to count. The caller makes sure that the uses are the same from the first piece to the last one. */
export function countUses(
  database: Database,
  project: number,
  {identity}: ProjectFile,
  {fromMs, toMs}: Span,
): UseCounting {
  const statement = database.prepare(query)
  const periods = rotationPeriods({fromMs, toMs}, identity).map(period => period.fromMs)
  const ids = numberTexts()
  const features = new Map<number, FeatureSums>()
  const totals: UseTotal[] = []
  let atMs = fromMs
  const totalNext = (): boolean => {
    const [next] = features
    if (next === undefined) return false
    totals.push(...totalsOf(...next))
    features.delete(next[0])
    return true
  }
  return {
    countNext() {
      if (atMs >= toMs) return totalNext()
      const span = {project, from: atMs, to: Math.min(atMs + pieceMs, toMs)}
      for (const use of eachRow<Use>(statement, span)) {
        const sums = features.get(use.feature) ?? newSums()
        features.set(use.feature, sums)
        addUse(sums, use, use.period ?? periods.findLast(start => start <= use.atMs) ?? 0, ids)
      }
      atMs += pieceMs
      return true
    },
    totals: () => totals,
  }
}

/** What is summed up for one kind of use. */
interface Sums {
  events: number
  count: number
  internal: number
  usesWithoutUser: number
  readonly daysWithoutUser: Set<number>
  unpaired: number
  seconds: number | null
  timed: number | null
  durations: Durations | null
}

interface FeatureSums {
  readonly byUse: Readonly<Record<UseOfTotals, Sums>>
  /** The kinds of uses of each run: bits of `bitOf`. */
  readonly runs: Map<number, number>
  /** The first rotation period of each user, for direct and for internal uses. */
  readonly users: Map<number, {direct: number; internal: number}>
}

const bitOf = {direct: 1, internal: 2, all: 3} as const

function newSums(): FeatureSums {
  const sums = (): Sums => ({
    events: 0,
    count: 0,
    internal: 0,
    usesWithoutUser: 0,
    daysWithoutUser: new Set(),
    unpaired: 0,
    seconds: null,
    timed: null,
    durations: null,
  })
  return {byUse: {all: sums(), direct: sums(), internal: sums()}, runs: new Map(), users: new Map()}
}

type Ids = (text: string) => number

/** Numbers texts, so that sets of them are small. */
function numberTexts(): Ids {
  const numbers = new Map<string, number>()
  return text => {
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    return known
  }
}

function addUse({byUse, runs, users}: FeatureSums, use: Use, period: number, idOf: Ids): void {
  const kind = use.isInternal === 1 ? 'internal' : 'direct'
  for (const sums of [byUse.all, byUse[kind]]) addToSums(sums, use)
  if (use.run !== null) {
    const run = idOf(Buffer.from(use.run).toString('latin1'))
    runs.set(run, (runs.get(run) ?? 0) | bitOf[kind])
  }
  if (use.ci !== null || use.user === null) return
  const user = idOf(use.user)
  const known = users.get(user) ?? {direct: Number.POSITIVE_INFINITY, internal: Number.POSITIVE_INFINITY}
  known[kind] = Math.min(known[kind], period)
  users.set(user, known)
}

function addToSums(sums: Sums, use: Use): void {
  sums.events++
  sums.count += use.count
  if (use.isInternal === 1) sums.internal += use.count
  if (use.run === null) sums.unpaired++
  if (use.ci === null && use.user === null) {
    sums.usesWithoutUser += use.count
    sums.daysWithoutUser.add(Math.floor(use.atMs / 86_400_000))
  }
  if (use.seconds !== null) {
    sums.seconds = (sums.seconds ?? 0) + use.seconds
    sums.timed = (sums.timed ?? 0) + (use.timed ?? use.count)
  }
  // Several uses with one duration: only their sum is known.
  if (use.timings === null && (use.seconds === null || use.count !== 1)) return
  sums.durations ??= new Durations()
  if (use.timings === null) sums.durations.record(use.seconds!)
  else sums.durations.addTimings(decodeTimings(use.timings, use.seconds!))
}

function totalsOf(feature: number, {byUse, runs, users}: FeatureSums): UseTotal[] {
  return usesOfTotals.flatMap(use => {
    const {events, daysWithoutUser, ...sums} = byUse[use]
    if (events === 0) return []
    const inRuns = [...runs.values()].filter(bits => (bits & bitOf[use]) !== 0)
    const periods = [...users.values()]
      .map(({direct, internal}) => (use === 'all' ? Math.min(direct, internal) : use === 'direct' ? direct : internal))
      .filter(period => period !== Number.POSITIVE_INFINITY)
    const ofPeriods = [...Map.groupBy(periods, period => period).values()].map(({length}) => length)
    const people = {users: periods.length, usersLow: Math.max(0, ...ofPeriods)}
    return [{...sums, use, feature, runs: inRuns.length, ...people, daysWithoutUser: daysWithoutUser.size}]
  })
}
