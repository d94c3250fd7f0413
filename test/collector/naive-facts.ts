import type {Event, FeatureEvent} from '../../src/protocol/event.ts'
import type {Header} from '../../src/protocol/header.ts'
import {type HeaderValues, valuesOfHeader} from '../../src/protocol/header-columns.ts'
import {limitsFeatures, type StatsFilters, wordFilters, wordOfFilter} from '../../src/stats/model/filters.ts'
import {columnOfWord, type HeaderWord, headerWords} from '../../src/stats/model/header-words.ts'
import type {Duration, FeatureStats, Outcomes} from '../../src/stats/model/model.ts'
import type {
  NamedFacts,
  NamedRuns,
  SpanFacts,
  StatsFacts,
  StatsQuestion,
  StepFacts,
} from '../../src/stats/model/source.ts'
import type {Span} from '../../src/stats/model/span.ts'
import {exactly} from '../support/within-bound.ts'
import type {Sent} from './random-use.ts'

/** A run, assembled from all its events in memory. */
interface NaiveRun {
  readonly events: readonly Sent[]
  readonly key: Sent
  readonly atMs: number
  readonly lastMs: number
  readonly end: (Event & {type: 'end'}) | undefined
  readonly seconds: number | null
  readonly fields: Record<string, unknown>
  readonly script: string | null
}

const ms = (event: Event): number => Date.parse(event.time)

function assemble(events: readonly Sent[]): NaiveRun {
  const ofType = (type: string, isRepeat = false) =>
    events.find(({event}) => event.type === type && (event.type === 'start' && event.repeat > 0) === isRepeat)
  const [start, repeat, ended] = [ofType('start'), ofType('start', true), ofType('end')]
  const end = ended?.event as NaiveRun['end']
  const key = start ?? repeat ?? ended ?? events[0]!
  const signs = events.map(({event}) => ms(event))
  const lives = events.map(
    ({event}) => ms(event) + (event.type === 'feature' ? (event.durationSeconds ?? 0) * 1000 : 0),
  )
  const begin = (start ?? repeat)?.event as (Event & {type: 'start'}) | undefined
  const between = start !== undefined && end !== undefined ? Math.max(0, ms(end) - ms(start.event)) / 1000 : null
  return {
    events,
    key,
    atMs: start !== undefined ? ms(start.event) : end !== undefined ? ms(end) : Math.min(...signs),
    lastMs: Math.max(...lives),
    end,
    seconds: end === undefined ? null : (end.durationSeconds ?? between),
    fields: {...begin?.fields, ...end?.fields},
    script: begin?.script ?? null,
  }
}

/** Answers a question from the events, in the simplest and slowest way. Each event must be given once. */
export function naiveFacts(sent: readonly Sent[], question: StatsQuestion): Omit<StatsFacts, 'quality'> {
  const {filters, range} = question
  const isOnFeatures = limitsFeatures(filters)
  const paired = sent.filter(({event}) => event.run !== null)
  const runs = isOnFeatures
    ? []
    : [...Map.groupBy(paired, ({event}) => event.run).values()]
        .map(assemble)
        .filter(({key}) => isChosen(key.header, filters))
  const used = sent.filter(({header, event}) => isChosen(header, filters) && isChosenUse(event, filters))
  const lone = isOnFeatures ? used : sent.filter(({header, event}) => event.run === null && isChosen(header, filters))
  const inside = (span: Span) => runs.filter(run => run.atMs >= span.fromMs && run.atMs < span.toMs)
  const within = ({fromMs, toMs}: Span, {event}: Sent) => ms(event) >= fromMs && ms(event) < toMs
  const signsIn = (span: Span): Sign[] => [
    ...inside(span).map(({key, atMs}) => ({header: key.header, atMs})),
    ...lone.filter(one => within(span, one)).map(({header, event}) => ({header, atMs: ms(event)})),
  ]
  const ranged = inside(range)
  const byWord = headerWords.map(word => [word, named(ranged, run => wordOf(run.key.header, word))])
  return {
    spans: question.spans.map(span => spanFacts(inside(span), signsIn(span), question.lostBeforeMs)),
    exits: exits(ranged),
    features: features(used.filter(one => within(range, one))),
    named: Object.fromEntries(byWord) as NamedFacts,
    adoption: question.periods.flatMap((span, period) =>
      named(inside(span), run => run.key.header.version).map(one => ({period, ...one})),
    ),
    steps: steps(question.steps, signsIn),
    numberFields: question.numberFields.flatMap(name => {
      const values = ranged.flatMap(run => (name in run.fields ? [run.fields[name] as number] : []))
      if (values.length === 0) return []
      return [{name, n: values.length, mean: mean(values)!, median: percentile(values, 0.5)!, max: Math.max(...values)}]
    }),
    valueFields: question.valueFields.flatMap(name => {
      const values = ranged.flatMap(run => (name in run.fields ? [run.fields[name] as string | boolean] : []))
      return [...Map.groupBy(values, value => value)].map(([value, same]) => ({name, value, runs: same.length}))
    }),
  }
}

/** Counts the events without a run that a question is about. */
export function naiveUnpaired(sent: readonly Sent[], {filters, range}: StatsQuestion): number {
  const lone = sent.filter(({event}) => event.run === null && ms(event) >= range.fromMs && ms(event) < range.toMs)
  const isChosenEvent = (event: Event): boolean => isChosenUse(event, filters) || !limitsFeatures(filters)
  return lone.filter(({header, event}) => isChosen(header, filters) && isChosenEvent(event)).length
}

/** A sign of use by a person, at a time. */
interface Sign {
  readonly header: Header
  readonly atMs: number
}

const valuesOf = new WeakMap<Header, HeaderValues>()

/** The words of a header. */
function wordOf(header: Header, word: HeaderWord): string | null {
  const values = valuesOf.get(header) ?? valuesOfHeader(header)
  valuesOf.set(header, values)
  return values[columnOfWord[word]]
}

function isChosen(header: Header, filters: StatsFilters): boolean {
  const isOther = wordFilters.some(
    filter => filters[filter] !== null && filters[filter] !== wordOf(header, wordOfFilter[filter]),
  )
  const {agent} = filters
  if (
    agent === 'only'
      ? header.agent === null
      : agent === 'none'
        ? header.agent !== null
        : agent !== null && agent !== header.agent
  )
    return false
  return !isOther && (filters.ci === null || (filters.ci === 'only') === (header.ci !== null))
}

function isChosenUse(event: Event, {featureType, internal}: StatsFilters): boolean {
  if (event.type !== 'feature') return false
  return (featureType === null || event.featureType === featureType) && (internal ?? event.internal) === event.internal
}

function steps(asked: StatsQuestion['steps'], signsIn: (span: Span) => Sign[]): StepFacts[] {
  const usersOf = (span: Span) =>
    new Set(signsIn(span).flatMap(({header: {ci, user}}) => (ci === null && user !== null ? [user] : [])))
  return asked.flatMap(({part, ...span}, step) => {
    const users = usersOf(span)
    const before = asked.slice(0, step).filter(one => one.part === part)
    const sets = before.map(usersOf)
    const isLastStep = asked[step - 1]?.part === part
    const seen = [...users].filter(user => sets.some(set => set.has(user)))
    const just = [...users].filter(user => isLastStep && isLastSeenIn(sets, user))
    return users.size === 0 ? [] : [{step, users: users.size, seenBefore: seen.length, seenJustBefore: just.length}]
  })
}

const isLastSeenIn = (sets: readonly Set<string>[], user: string): boolean => sets.at(-1)?.has(user) ?? false

function outcomeOf({end, lastMs}: NaiveRun, lostBeforeMs: number): keyof Outcomes {
  if (end === undefined) return lastMs <= lostBeforeMs ? 'lost' : 'running'
  if (end.signal !== null) return 'signal'
  return end.exitCode === null ? 'unknown' : end.exitCode === 0 ? 'ok' : 'failed'
}

function spanFacts(runs: readonly NaiveRun[], signs: readonly Sign[], lostBeforeMs: number): SpanFacts {
  const people = signs.filter(({header}) => header.ci === null)
  const outcomes = {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0}
  for (const run of runs) outcomes[outcomeOf(run, lostBeforeMs)]++
  const scripts = runs.filter(run => run.key.header.ci === null).map(run => run.script)
  return {
    runs: runs.length,
    ciRuns: runs.filter(run => run.key.header.ci !== null).length,
    users: different(people.map(({header}) => header.user)),
    hosts: different(people.map(({header}) => header.host)),
    usersOnSeveralDays: onSeveralDays(people, ({user}) => user),
    hostsOnSeveralDays: onSeveralDays(people, ({host}) => host),
    scripts: different(scripts),
    outcomes,
    duration: duration(runs.flatMap(({seconds}) => seconds ?? [])),
  }
}

function onSeveralDays(signs: readonly Sign[], wordOf: (header: Header) => string | null): number {
  const known = signs.filter(({header}) => wordOf(header) !== null)
  const days = [...Map.groupBy(known, ({header}) => wordOf(header)).values()].map(
    same => new Set(same.map(({atMs}) => new Date(atMs).toISOString().slice(0, 10))).size,
  )
  return days.filter(count => count > 1).length
}

const different = (values: readonly (string | null)[]): number => new Set(values.filter(value => value !== null)).size

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  const above = sorted[Math.ceil(place)]!
  return below + (above - below) * (place - Math.floor(place))
}

const duration = (seconds: readonly number[]): Duration => ({
  n: seconds.length,
  meanSeconds: mean(seconds),
  p50Seconds: percentile(seconds, 0.5),
  p90Seconds: percentile(seconds, 0.9),
  p99Seconds: percentile(seconds, 0.99),
})

function exits(runs: readonly NaiveRun[]): StatsFacts['exits'] {
  const ends = runs.flatMap(({end}) => (end && (end.signal ?? end.exitCode) !== null ? [end] : []))
  return [...Map.groupBy(ends, end => `${end.signal} ${end.signal === null ? end.exitCode : ''}`).values()].map(
    same => {
      const {signal, exitCode} = same[0]!
      return {exitCode: signal === null ? exitCode : null, signal, runs: same.length}
    },
  )
}

function features(sent: readonly Sent[]): FeatureStats[] {
  const uses = sent.flatMap(one => (one.event.type === 'feature' ? [{...one, event: one.event}] : []))
  return [...Map.groupBy(uses, ({event}) => `${event.featureType} ${event.name}`).values()].map(same => {
    const events = same.map(({event}) => event)
    const ofOne = events.flatMap(({count, durationSeconds}) => (count === 1 ? (durationSeconds ?? []) : []))
    const single = [...ofOne, ...same.flatMap(({durations = []}) => durations)]
    const several = events.filter(({count, durationSeconds}) => count > 1 && durationSeconds !== null)
    const timed = single.length + sum(several, ({count}) => count)
    const seconds = sum(several, event => event.durationSeconds!) + single.reduce((total, one) => total + one, 0)
    return {
      type: events[0]!.featureType,
      name: events[0]!.name,
      count: sum(events, event => event.count),
      internalCount: sum(
        events.filter(event => event.internal),
        event => event.count,
      ),
      runs: different(events.map(event => event.run)),
      users: different(same.filter(({header}) => header.ci === null).map(({header}) => header.user)),
      meanSeconds: timed === 0 ? null : seconds / timed,
      ...exactly(single, share => percentile(single, share)),
    }
  })
}

const sum = (some: readonly FeatureEvent[], value: (event: FeatureEvent) => number): number =>
  some.reduce((total, event) => total + value(event), 0)

function named(runs: readonly NaiveRun[], nameOf: (run: NaiveRun) => string | null): NamedRuns[] {
  return [...Map.groupBy(runs, nameOf)].map(([name, same]) => ({
    name,
    runs: same.length,
    users: different(same.filter(run => run.key.header.ci === null).map(run => run.key.header.user)),
  }))
}
