import type {FeatureEvent} from '../../src/protocol/report/event.ts'
import type {Ending, Outcomes} from '../../src/stats/model/outcomes.ts'
import type {FeatureEnding, VersionEnding, VersionSpans, VersionUsers} from '../../src/stats/model/source.ts'
import {dayMs, type Span} from '../../src/stats/model/span.ts'
import type {NaiveRun} from './naive-facts.ts'
import type {Sent} from './random-use.ts'

export function outcomeOf({end, lastMs}: NaiveRun, lostBeforeMs: number): keyof Outcomes {
  if (end === undefined) return lastMs <= lostBeforeMs ? 'lost' : 'running'
  if (end.signal !== null) return 'signal'
  return end.exitCode === null ? 'unknown' : end.exitCode === 0 ? 'ok' : 'failed'
}

/** Counts runs by version and how they ended, one by one. */
export const naiveVersionEndings = (runs: readonly NaiveRun[], lostBeforeMs: number): VersionEnding[] =>
  countEqual(runs.map(run => ({version: run.key.header.version, ...endingOf(run, lostBeforeMs)})))

/** Counts the runs that used each feature, by version and how they ended, one by one. */
export const naiveFeatureEndings = (
  uses: readonly Sent[],
  runs: readonly NaiveRun[],
  lostBeforeMs: number,
): FeatureEnding[] =>
  countEqual(
    runs.flatMap(run => {
      const events = run.events.filter(one => uses.includes(one)).map(({event}) => event as FeatureEvent)
      const features = new Map(events.map(({featureType: type, name}) => [`${type} ${name}`, {type, name}]))
      const ending = {version: run.key.header.version, ...endingOf(run, lostBeforeMs)}
      return [...features.values()].map(feature => ({...feature, ...ending}))
    }),
  )

function endingOf(run: NaiveRun, lostBeforeMs: number): Omit<Ending, 'runs'> {
  const outcome = outcomeOf(run, lostBeforeMs)
  const {signal = null, exitCode = null} = run.end ?? {}
  return {outcome, exitCode: signal === null ? exitCode : null, signal}
}

/** Each different item once, with the number of equal ones as `runs`. */
const countEqual = <T extends object>(items: readonly T[]): (T & {runs: number})[] =>
  [...Map.groupBy(items, item => JSON.stringify(item)).values()].map(same => ({...same[0]!, runs: same.length}))

/** The users of each span by the versions that they ran, sorted. */
export function naiveVersionUsers(runs: readonly NaiveRun[], spans: VersionSpans | null): VersionUsers[] {
  if (spans === null) return []
  const weeks: Span[] = []
  for (let fromMs = spans.weeks.fromMs; fromMs < spans.weeks.toMs; fromMs += 7 * dayMs)
    weeks.push({fromMs, toMs: fromMs + 7 * dayMs})
  const all = [
    ...(spans.month === null ? [] : [{place: -1, ...spans.month}]),
    ...weeks.map((week, place) => ({place, ...week})),
  ]
  return all.flatMap(({place, fromMs, toMs}) => {
    const some = runs.filter(
      ({atMs, key: {header}}) => atMs >= fromMs && atMs < toMs && header.user !== null && header.ci === null,
    )
    const users = Map.groupBy(some, ({key}) => key.header.user)
    const sets = [...users.values()].map(same => [...new Set(same.map(({key}) => key.header.version))].sort())
    return [...Map.groupBy(sets, set => JSON.stringify(set)).values()].map(same => ({
      place,
      versions: same[0]!,
      users: same.length,
    }))
  })
}
