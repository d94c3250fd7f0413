import type {Event} from '../../src/protocol/event.ts'
import type {Duration, FeatureStats, Outcomes} from '../../src/stats/model.ts'
import type {NamedRuns, SpanFacts, StatsFacts, StatsQuestion} from '../../src/stats/source.ts'
import type {Span} from '../../src/stats/span.ts'
import type {Sent} from './random-use.ts'

/** A run put together from all its events, in memory. */
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

/** Answers a question from the events themselves, each of which is given once, as slowly and plainly as possible. */
export function naiveFacts(sent: readonly Sent[], question: StatsQuestion): Omit<StatsFacts, 'quality'> {
  const paired = sent.filter(({event}) => event.run !== null)
  const unpaired = sent.filter(({event}) => event.run === null)
  const runs = [...Map.groupBy(paired, ({event}) => event.run).values()].map(assemble)
  const inside = (span: Span) => runs.filter(run => run.atMs >= span.fromMs && run.atMs < span.toMs)
  const within = ({fromMs, toMs}: Span, {event}: Sent) => ms(event) >= fromMs && ms(event) < toMs
  const ranged = inside(question.range)
  return {
    spans: question.spans.map(span =>
      spanFacts(
        inside(span),
        unpaired.filter(one => within(span, one)),
        question.lostBeforeMs,
      ),
    ),
    exits: exits(ranged),
    features: features(sent.filter(one => within(question.range, one))),
    versions: named(ranged, run => run.key.header.version),
    systems: named(ranged, run => run.key.header.os?.name ?? null),
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

function outcomeOf({end, lastMs}: NaiveRun, lostBeforeMs: number): keyof Outcomes {
  if (end === undefined) return lastMs <= lostBeforeMs ? 'lost' : 'running'
  if (end.signal !== null) return 'signal'
  return end.exitCode === null ? 'unknown' : end.exitCode === 0 ? 'ok' : 'failed'
}

function spanFacts(runs: readonly NaiveRun[], unpaired: readonly Sent[], lostBeforeMs: number): SpanFacts {
  const headers = [...runs.map(run => run.key.header), ...unpaired.map(({header}) => header)]
  const people = headers.filter(({ci}) => ci === null)
  const outcomes = {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0}
  for (const run of runs) outcomes[outcomeOf(run, lostBeforeMs)]++
  const scripts = runs.filter(run => run.key.header.ci === null).map(run => run.script)
  return {
    runs: runs.length,
    ciRuns: runs.filter(run => run.key.header.ci !== null).length,
    users: different(people.map(({user}) => user)),
    hosts: different(people.map(({host}) => host)),
    scripts: different(scripts),
    outcomes,
    duration: duration(runs.flatMap(({seconds}) => seconds ?? [])),
  }
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
  const uses = sent.flatMap(({header, event}) => (event.type === 'feature' ? [{header, event}] : []))
  return [...Map.groupBy(uses, ({event}) => `${event.featureType} ${event.name}`).values()].map(same => {
    const events = same.map(({event}) => event)
    const timed = events.filter(event => event.durationSeconds !== null)
    const sum = (some: typeof events, value: (event: (typeof events)[number]) => number): number =>
      some.reduce((total, event) => total + value(event), 0)
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
      meanSeconds:
        timed.length === 0 ? null : sum(timed, event => event.durationSeconds!) / sum(timed, event => event.count),
    }
  })
}

function named(runs: readonly NaiveRun[], nameOf: (run: NaiveRun) => string | null): NamedRuns[] {
  return [...Map.groupBy(runs, nameOf)].map(([name, same]) => ({
    name,
    runs: same.length,
    users: different(same.filter(run => run.key.header.ci === null).map(run => run.key.header.user)),
  }))
}
