import type {ProjectFile} from '../../../src/protocol/project-file.ts'
import {type Period, periodsIn} from '../../../src/stats/model/period.ts'
import {rangeOf, type StatsQuery} from '../../../src/stats/model/query.ts'
import type {Span} from '../../../src/stats/model/span.ts'
import type {NaiveCollector, Stored} from './naive-collector.ts'
import {featureStats, fieldStats} from './naive-contents.ts'
import {endings} from './naive-endings.ts'
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
    const users = this.unique(range, 'user')
    const inPeriods = <T>(tell: (span: Span) => T) =>
      periods.map(({label, span, complete}) => ({period: label, ...tell(span), complete}))
    return {
      ...{project: query.project, from: query.from, to: query.to, by: query.by},
      users: this.measure(range, periods, span => this.unique(span, 'user')),
      hosts: this.measure(range, periods, span => this.unique(span, 'host')),
      scripts: this.measure(range, periods, span => this.unique(span, 'script')),
      runs: this.measure(range, periods, span => exactly(this.runsIn(span).length)),
      duration: {...this.duration(range), periods: inPeriods(span => this.duration(span))},
      outcomes: {...outcomes, periods: inPeriods(span => this.outcomes(span))},
      successRate: successRate(outcomes),
      ...endings(runs),
      ...featureStats(this.stored, range, this.project),
      versions: named(runs, run => run.key.made.header.version).map(({name, ...rest}) => ({version: name, ...rest})),
      systems: named(runs, run => run.key.system),
      fields: fieldStats(runs, this.project),
      trend: this.trend(range, runs.length, users),
      quality: this.qualityIn(range, runs),
    }
  }

  /** Different people whose use counts in a span, and those of them whose pseudonym is of another period than their use. */
  people(span: Span): {readonly different: number; readonly displaced: number} {
    const keys = this.keysIn(span).filter(({made}) => made.header.ci === null)
    const displaced = keys.filter(({made, atMs}) => monthOf(made.claimedMs) !== monthOf(atMs))
    return {different: new Set(keys.map(({made}) => made.person)).size, displaced: displaced.length}
  }

  /** For each run without an end: hours ago at which it had begun and still showed signs of life. */
  hoursWithinRuns(): number[] {
    const open = this.runs.filter(({end, atMs, lastSignMs}) => end === undefined && lastSignMs > atMs)
    return open.map(({atMs, lastSignMs}) => (this.nowMs - (atMs + lastSignMs) / 2) / 3_600_000)
  }

  private runsIn({fromMs, toMs}: Span): NaiveRun[] {
    return this.runs.filter(({atMs}) => atMs >= fromMs && atMs < toMs)
  }

  /** The events that say who it was: one a run, and those that belong to no run. */
  private keysIn(span: Span): Stored[] {
    return [...this.runsIn(span).map(({key}) => key), ...this.unpairedIn(span)]
  }

  private unpairedIn({fromMs, toMs}: Span): Stored[] {
    return this.stored.filter(({made, atMs}) => made.run === null && atMs >= fromMs && atMs < toMs)
  }

  private unique(span: Span, what: What) {
    const {rotate} = this.project.identity
    const parts = rotate === 'never' ? [span] : periodsIn(span, rotate, span.toMs).map(period => period.span)
    const counts = parts.map(part => this.different(part, what))
    const [low, high] = [Math.max(0, ...counts), counts.reduce((sum, one) => sum + one, 0)]
    return {total: this.different(span, what), exact: low === high, low, high}
  }

  private different(span: Span, what: What): number {
    const isPersons = ({made}: Stored): boolean => made.header.ci === null
    const words =
      what === 'script'
        ? this.runsIn(span).flatMap(run => (isPersons(run.key) ? [run.script] : []))
        : this.keysIn(span)
            .filter(isPersons)
            .map(key => key[what])
    return new Set(words.filter(word => word !== null)).size
  }

  private measure<T extends {readonly total: number}>(
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
    return {n: seconds.length, meanSeconds: mean(seconds), p50Seconds: p(0.5), p90Seconds: p(0.9), p99Seconds: p(0.99)}
  }

  private trend({fromMs, toMs}: Span, runs: number, users: ReturnType<NaiveStats['unique']>) {
    const passedMs = Math.max(0, Math.min(toMs, this.nowMs) - fromMs)
    const before = {fromMs: fromMs - passedMs, toMs: fromMs}
    const runsBefore = this.runsIn(before).length
    const usersBefore = this.unique(before, 'user')
    const isExact = users.exact && usersBefore.exact
    return {
      previous: {from: iso(before.fromMs), to: iso(fromMs), runs: runsBefore, users: usersBefore.total},
      runsChange: runsBefore === 0 ? null : (runs - runsBefore) / runsBefore,
      usersChange: isExact && usersBefore.total > 0 ? (users.total - usersBefore.total) / usersBefore.total : null,
      complete: toMs <= this.nowMs,
    }
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
      erased: {runs: 0, features: 0},
      datagrams: 0,
      datagramsLost: 0,
      datagramsUnknown: 0,
      ciRuns: runs.filter(({key}) => key.made.header.ci !== null).length,
    }
  }
}

const iso = (instantMs: number): string => new Date(instantMs).toISOString()
const monthOf = (instantMs: number): string => iso(instantMs).slice(0, 7)
const exactly = (total: number) => ({total, exact: true, low: total, high: total})

function successRate({ok, failed, signal, lost, unknown}: ReturnType<NaiveStats['outcomes']>) {
  const known = ok + failed + signal
  const all = known + lost + unknown
  if (all === 0) return {value: null, low: null, high: null}
  return {value: known === 0 ? null : ok / known, low: ok / all, high: (ok + lost + unknown) / all}
}

function named(runs: readonly NaiveRun[], nameOf: (run: NaiveRun) => string | null) {
  return [...Map.groupBy(runs, nameOf)].map(([name, same]) => {
    const people = same.filter(({key}) => key.made.header.ci === null).map(({key}) => key.user)
    return {name, runs: same.length, users: new Set(people.filter(user => user !== null)).size}
  })
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
