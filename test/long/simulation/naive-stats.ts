import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {type Period, periodsIn} from '../../../src/stats/model/period.ts'
import {rangeOf, type StatsQuery} from '../../../src/stats/model/query.ts'
import type {Span} from '../../../src/stats/model/span.ts'
import type {NaiveCollector, Stored} from './naive-collector.ts'
import {featureStats, fieldStats} from './naive-contents.ts'
import {endings} from './naive-endings.ts'
import {boundsOfUses, type NaiveUse, namelessOf, usersOfRow} from './naive-people.ts'
import {type NaiveRun, naiveRuns, outcomeOf} from './naive-runs.ts'

const dayMs = 86_400_000
type What = 'user' | 'host' | 'script'

/** The answers of `answerStats`, told again from the truth as slowly and plainly as possible. */
export class NaiveStats {
  private readonly stored: readonly Stored[]
  private readonly runs: readonly NaiveRun[]
  private readonly project: ProjectFile
  private readonly nowMs: number
  private readonly quality: NaiveCollector['quality']

  constructor(naive: NaiveCollector, project: ProjectFile, nowMs: number) {
    this.stored = naive.stored.filter(({made}) => made.project === project.project)
    this.runs = naiveRuns(this.stored)
    this.project = project
    this.nowMs = nowMs
    this.quality = naive.quality.filter(one => one.project === project.project)
  }

  answer(query: StatsQuery): Record<string, unknown> {
    const range = rangeOf(query)
    const periods = periodsIn(range, query.by, this.nowMs)
    const runs = this.runsIn(range)
    const outcomes = this.outcomes(range)
    const inPeriods = <T>(tell: (span: Span) => T) =>
      periods.map(({label, span, complete}) => ({period: label, ...tell(span), complete}))
    return {
      ...{project: query.project, from: query.from, to: query.to, by: query.by},
      since: this.since(),
      users: this.measure(range, periods, span => this.users(span)),
      hosts: this.measure(range, periods, span => this.unique(span, 'host')),
      scripts: this.measure(range, periods, span => this.unique(span, 'script')),
      runs: this.measure(range, periods, span => exactly(this.runsIn(span).length)),
      duration: {...this.duration(range), periods: inPeriods(span => this.duration(span))},
      outcomes: {...outcomes, periods: inPeriods(span => this.outcomes(span))},
      successRate: successRate(outcomes),
      ...endings(runs),
      ...featureStats(this.stored, range, this.project),
      versions: this.named(runs, run => run.key.made.header.version).map(({name, ...rest}) => ({
        version: name,
        ...rest,
      })),
      systems: this.named(runs, run => run.key.system),
      fields: fieldStats(runs, this.project),
      trend: this.trend(range, runs.length),
      quality: this.qualityIn(range, runs),
    }
  }

  /** The people whose use counts in a span and in each version of it, by what is really known of them. */
  people(span: Span): {readonly all: number; readonly versions: ReadonlyMap<string | null, number>} {
    const versions = Map.groupBy(this.runsIn(span), run => run.key.made.header.version)
    const entries = [...versions].map(
      ([name, same]) => [name, namelessOf(usesOfRuns(same, 'user')).people.size] as const,
    )
    return {all: namelessOf(this.usesIn(span, 'user')).people.size, versions: new Map(entries)}
  }

  /** For each run without an end: hours ago at which it had begun and still showed signs of life. */
  hoursWithinRuns(): number[] {
    const open = this.runs.filter(({end, atMs, lastSignMs}) => end === undefined && lastSignMs > atMs)
    return open.map(({atMs, lastSignMs}) => (this.nowMs - (atMs + lastSignMs) / 2) / 3_600_000)
  }

  private runsIn({fromMs, toMs}: Span): NaiveRun[] {
    return this.runs.filter(({atMs}) => atMs >= fromMs && atMs < toMs)
  }

  private unpairedIn({fromMs, toMs}: Span): Stored[] {
    return this.stored.filter(({made, atMs}) => made.run === null && atMs >= fromMs && atMs < toMs)
  }

  private unique(span: Span, what: What) {
    return boundsOfUses(this.usesIn(span, what), this.project.identity.rotate, what !== 'script')
  }

  private users(span: Span) {
    const {named, uses, days} = namelessOf(this.usesIn(span, 'user'))
    return {...this.unique(span, 'user'), runsWithUser: named, runsWithoutUser: uses, daysWithoutUser: days}
  }

  private usesIn(span: Span, what: What): NaiveUse[] {
    const lone = what === 'script' ? [] : this.unpairedIn(span)
    return [
      ...usesOfRuns(this.runsIn(span), what),
      ...lone.map(stored => ({stored, word: stored[what], isRun: false, uses: 1})),
    ]
  }

  private measure<T extends {readonly total: number | null}>(
    range: Span,
    periods: readonly Period[],
    tell: (span: Span) => T,
  ) {
    const each = periods.map(({label, span, complete}) => {
      const {total, ...bounds} = tell(span)
      return {period: label, value: total, complete, ...bounds}
    })
    return {...tell(range), periods: each}
  }

  private outcomes(span: Span) {
    const counts = {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0}
    const lostBeforeMs = this.nowMs - this.project.lostAfterHours * 3_600_000
    for (const run of this.runsIn(span)) counts[outcomeOf(run, lostBeforeMs)]++
    return counts
  }

  private duration(span: Span) {
    const seconds = this.runsIn(span).flatMap(run => run.seconds ?? [])
    const p = (share: number) => percentile(seconds, share)
    const percentileBound = seconds.length === 0 ? null : 0
    const percentiles = {p50Seconds: p(0.5), p90Seconds: p(0.9), p99Seconds: p(0.99), percentileBound}
    return {n: seconds.length, meanSeconds: mean(seconds), ...percentiles}
  }

  private trend({fromMs, toMs}: Span, runs: number) {
    const passedMs = Math.max(0, Math.min(toMs, this.nowMs) - fromMs)
    const before = {fromMs: fromMs - passedMs, toMs: fromMs}
    const [from, to, complete] = [iso(before.fromMs), iso(fromMs), toMs <= this.nowMs]
    const since = this.since()
    const isTooLong = passedMs > 366 * dayMs
    if (isTooLong || since === null || iso(before.fromMs) < since) {
      const reason = isTooLong ? 'too-long' : 'not-collected'
      return {previous: {from, to, reason, runs: null, users: null}, runsChange: null, usersChange: null, complete}
    }
    const runsBefore = this.runsIn(before).length
    const usersBefore = this.users(before).total
    const users = this.users({fromMs, toMs}).total
    return {
      previous: {from, to, reason: null, runs: runsBefore, users: usersBefore},
      runsChange: runsBefore === 0 ? null : (runs - runsBefore) / runsBefore,
      usersChange: users !== null && usersBefore ? (users - usersBefore) / usersBefore : null,
      complete,
    }
  }

  /** The day of the first run or event. */
  private since(): string | null {
    const features = this.stored.filter(({made}) => made.what.type === 'feature' || made.run === null)
    const times = [...this.runs, ...features].map(({atMs}) => atMs)
    return times.length === 0 ? null : iso(Math.min(...times)).slice(0, 10)
  }

  private named(runs: readonly NaiveRun[], nameOf: (run: NaiveRun) => string | null) {
    return [...Map.groupBy(runs, nameOf)].map(([name, same]) => {
      const uses = usesOfRuns(same, 'user')
      const {uses: runsWithoutUser, days: daysWithoutUser} = namelessOf(uses)
      return {
        name,
        runs: same.length,
        ...usersOfRow(uses, this.project.identity.rotate),
        runsWithoutUser,
        daysWithoutUser,
      }
    })
  }

  private qualityIn(range: Span, runs: readonly NaiveRun[]) {
    const received = this.quality.filter(one => {
      const day = Math.floor(one.receivedAtMs / dayMs) * dayMs
      return day >= range.fromMs && day < range.toMs
    })
    const sum = (counter: string): number =>
      received.filter(one => one.counter === counter).reduce((total, {count}) => total + count, 0)
    return {
      duplicates: sum('duplicates'),
      refused: sum('refused'),
      unpaired: this.unpairedIn(range).length,
      clamped: sum('clamped'),
      wrongPeriods: sum('wrong-periods'),
      undeclaredFields: sum('undeclared-fields'),
      pending: 0,
      erased: {runs: 0, features: 0},
      datagrams: 0,
      datagramsLost: 0,
      datagramsUnknown: 0,
      ciRuns: runs.filter(({key}) => key.made.header.ci !== null).length,
    }
  }
}

const iso = (instantMs: number): string => new Date(instantMs).toISOString()
const exactly = (total: number) => ({total, exact: true, low: total, high: total})

function successRate({ok, failed, signal, lost, unknown}: ReturnType<NaiveStats['outcomes']>) {
  const known = ok + failed + signal
  const all = known + lost + unknown
  if (all === 0) return {value: null, low: null, high: null}
  return {value: known === 0 ? null : ok / known, low: ok / all, high: (ok + lost + unknown) / all}
}

function usesOfRuns(runs: readonly NaiveRun[], what: What): NaiveUse[] {
  return runs.map(run => ({
    stored: {...run.key, atMs: run.atMs},
    word: what === 'script' ? run.script : run.key[what],
    isRun: true,
    uses: 1,
  }))
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** Between the two nearest values, linearly. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  return below + (sorted[Math.ceil(place)]! - below) * (place - Math.floor(place))
}
