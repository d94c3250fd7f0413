/**
 * Room `totals`: the totals of purged events.
 *
 * Totals name nobody. They exist for whole months and years, so the answer for a span that cuts one is unknown. The
 * functions in this file are pure: they add totals to the facts of the single rows that are left. Sums add up.
 * Different people of several parts do not: they have bounds.
 * Read next: `kept-runs.ts` and `kept-features.ts`, which find totals, `plan-run-totals.ts`, which makes them.
 */
import {Durations} from '../../../protocol/durations/durations.ts'
import {type Bounds, mergeBounds, mergeDayBounds, mergeMarked} from '../../../stats/model/bounds.ts'
import {headerWords, numberOfWords} from '../../../stats/model/header-words.ts'
import type {
  NamedFacts,
  NamedRuns,
  NumberFieldFacts,
  SpanFacts,
  StatsFacts,
  StatsQuestion,
  StepFacts,
  ValueFieldFacts,
  VersionEnding,
} from '../../../stats/model/source.ts'
import type {Span} from '../../../stats/model/span.ts'
import {decodeDurations} from './timings-blob.ts'

/** The totals of a month or a year whose single runs are purged. They name nobody. */
export interface RunTotals extends Pick<StatsFacts, 'exits' | 'named' | 'numberFields' | 'valueFields'> {
  readonly span: SpanFacts
  /** Null if an older program made the totals. */
  readonly versionEndings: StatsFacts['versionEndings']
  readonly unpairedEnds: number
  /** How many users were seen before, and in the step just before. Null if it was unknown when the totals were made. */
  readonly flow: Omit<StepFacts, 'step'> | null
}

/** A span with purged runs: the totals of its beginning. */
export interface KeptSpan {
  readonly totals: readonly RunTotals[]
  /** The rest of the span begins here and is counted from single runs. The end of the span if there is no rest. */
  readonly restMs: number
}

/**
 * Finds the totals for a span. Null: all its single runs are kept. `unknown`: it cuts a month of which only totals are
 * kept.
 */
export type FindKept = (span: Span) => KeptSpan | 'unknown' | null

/** The part of a span that is counted from single runs. Pure. */
export function restOf({fromMs, toMs}: Span, find: FindKept): Span {
  const kept = find({fromMs, toMs})
  if (kept === null) return {fromMs, toMs}
  return {fromMs: kept === 'unknown' ? toMs : kept.restMs, toMs}
}

/** Adds the totals of purged runs to the facts of the single runs. Pure. */
export function addRunTotals(question: StatsQuestion, facts: StatsFacts, find: FindKept): StatsFacts {
  const ofRange = find(question.range)
  const spans = facts.spans.map((rest, place) => spanFacts(rest, find(question.spans[place]!), question.spans[place]!))
  if (question.only === 'spans') return {...facts, spans}
  const steps = question.steps.flatMap((_, place) => stepFacts(question, facts, place, find))
  const firstRuns = withoutPurged(question, facts, find)
  if (ofRange === null || ofRange === 'unknown') return {...facts, spans, steps, firstRuns}
  const {totals} = ofRange
  const byWord = headerWords.map(word => [word, addNamed([...totals.map(({named}) => named[word]), facts.named[word]])])
  return {
    ...facts,
    spans,
    steps,
    firstRuns,
    // Totals name nobody, so it is unknown who is behind several names.
    fewUsers: numberOfWords(() => 0),
    exits: addExits([...totals.flatMap(({exits}) => exits), ...facts.exits]),
    versionEndings: addVersionEndings([...totals.map(endingsOfTotal), facts.versionEndings]),
    named: Object.fromEntries(byWord) as NamedFacts,
    adoption: question.periods.flatMap((span, period) => {
      const kept = find(span)
      if (kept === null || kept === 'unknown') return facts.adoption.filter(one => one.period === period)
      const rest = facts.adoption.filter(one => one.period === period).map(({period: _, ...named}) => named)
      const lists = [...kept.totals.map(({named}) => named.version), rest]
      return addNamed(lists).map(named => ({period, ...named}))
    }),
    numberFields: addNumbers([...totals.flatMap(({numberFields}) => numberFields), ...facts.numberFields]),
    valueFields: addValues([...totals.flatMap(({valueFields}) => valueFields), ...facts.valueFields]),
    fieldPeriods: facts.fieldPeriods.map((rest, period) => {
      const kept = find(question.periods[period]!)
      if (kept === null || kept === 'unknown') return rest
      return {
        numberFields: addNumbers([...kept.totals, rest].flatMap(({numberFields}) => numberFields)),
        valueFields: addValues([...kept.totals, rest].flatMap(({valueFields}) => valueFields)),
      }
    }),
    quality: {
      ...facts.quality,
      unpaired: totals.reduce((sum, {unpairedEnds}) => sum + unpairedEnds, facts.quality.unpaired),
    },
  }
}

/** The first runs of the versions that have no purged run in the span: totals do not contain days. */
function withoutPurged(question: StatsQuestion, {firstRuns}: StatsFacts, find: FindKept): StatsFacts['firstRuns'] {
  const kept = question.firstRuns === null ? null : find(question.firstRuns)
  if (kept === null) return firstRuns
  if (kept === 'unknown') return []
  const purged = new Set(kept.totals.flatMap(({named}) => named.version.map(({name}) => name)))
  return firstRuns.filter(({version}) => !purged.has(version))
}

function spanFacts(rest: SpanFacts, kept: ReturnType<FindKept>, {toMs}: Span): SpanFacts {
  if (kept === null) return rest
  if (kept === 'unknown') return {...rest, isUnknown: true}
  const parts = [...kept.totals.map(({span}) => span), ...(kept.restMs < toMs ? [rest] : [])]
  return parts.length === 1 ? parts[0]! : addSpans(parts)
}

/** Adds up parts. A part is like a rotation period: nobody is recognised from one to the next. */
function addSpans(parts: readonly SpanFacts[]): SpanFacts {
  const sum = (pick: (part: SpanFacts) => number): number => parts.reduce((total, part) => total + pick(part), 0)
  const outcome = (name: keyof SpanFacts['outcomes']): number => sum(({outcomes}) => outcomes[name])
  return {
    runs: sum(({runs}) => runs),
    ciRuns: sum(({ciRuns}) => ciRuns),
    users: mergeBounds(parts.map(({users}) => users)),
    hosts: mergeBounds(parts.map(({hosts}) => hosts)),
    usersOnSeveralDays: mergeDayBounds(
      parts.map(({users, usersOnSeveralDays}) => ({all: users, several: usersOnSeveralDays})),
    ),
    hostsOnSeveralDays: mergeDayBounds(
      parts.map(({hosts, hostsOnSeveralDays}) => ({all: hosts, several: hostsOnSeveralDays})),
    ),
    usersOnlyAgents: mergeMarked(parts.map(({users, usersOnlyAgents: marked}) => ({all: users, marked}))),
    usersOnlyNewHomes: mergeMarked(parts.map(({users, usersOnlyNewHomes: marked}) => ({all: users, marked}))),
    scripts: mergeBounds(parts.map(({scripts}) => scripts)),
    usesWithUser: sum(({usesWithUser}) => usesWithUser),
    usesWithoutUser: sum(({usesWithoutUser}) => usesWithoutUser),
    daysWithoutUser: sum(({daysWithoutUser}) => daysWithoutUser),
    usesWithoutHost: sum(({usesWithoutHost}) => usesWithoutHost),
    outcomes: {
      ok: outcome('ok'),
      failed: outcome('failed'),
      signal: outcome('signal'),
      lost: outcome('lost'),
      running: outcome('running'),
      unknown: outcome('unknown'),
    },
    duration: addDurations(parts),
  }
}

/** Adds up durations. The percentiles of several parts are null if an older program stored one without a histogram. */
function addDurations(parts: readonly SpanFacts[]): SpanFacts['duration'] {
  const known = parts.filter(({duration}) => duration.n > 0)
  if (known.length < 2) return known[0]?.duration ?? noDuration
  const n = known.reduce((sum, {duration}) => sum + duration.n, 0)
  const meanSeconds = known.reduce((sum, {duration}) => sum + duration.n * duration.meanSeconds!, 0) / n
  const all = new Durations()
  for (const {durations} of known) {
    if (durations === undefined) return {...noDuration, n, meanSeconds}
    all.add(Durations.of(decodeDurations(Buffer.from(durations, 'base64'))))
  }
  const {seconds, bound} = all.percentiles([0.5, 0.9, 0.99])!
  const [p50Seconds, p90Seconds, p99Seconds] = seconds as [number, number, number]
  return {n, meanSeconds, p50Seconds, p90Seconds, p99Seconds, percentileBound: bound}
}

export const noDuration: SpanFacts['duration'] = {
  n: 0,
  meanSeconds: null,
  p50Seconds: null,
  p90Seconds: null,
  p99Seconds: null,
  percentileBound: null,
}

/** Adds up exits. What ended without a code and a signal is none. */
export function addExits(ends: StatsFacts['exits']): StatsFacts['exits'] {
  const exits = ends.filter(({exitCode, signal}) => exitCode !== null || signal !== null)
  return [...Map.groupBy(exits, ({exitCode, signal}) => `${exitCode} ${signal}`).values()].map(same => {
    const {exitCode, signal} = same[0]!
    return {exitCode, signal, runs: sumOfRuns(same)}
  })
}

/** Without runs, there are none, whatever program made the totals. */
const endingsOfTotal = ({span, versionEndings}: RunTotals): StatsFacts['versionEndings'] =>
  span.runs === 0 ? [] : versionEndings

function addVersionEndings(lists: readonly StatsFacts['versionEndings'][]): StatsFacts['versionEndings'] {
  const known = lists.flatMap(list => (list === null ? [] : [list]))
  if (known.length < lists.length) return null
  const keyOf = ({version, outcome, exitCode, signal}: VersionEnding): string =>
    JSON.stringify([version, outcome, exitCode, signal])
  return [...Map.groupBy(known.flat(), keyOf).values()].map(same => ({...same[0]!, runs: sumOfRuns(same)}))
}

/** Adds up runs by name. */
const addNamed = (lists: readonly (readonly NamedRuns[])[]): NamedRuns[] =>
  [...Map.groupBy(lists.flat(), ({name}) => name)].map(([name, same]) => ({name, ...addUsage(same)}))

type Counted = Omit<NamedRuns, 'name'>

function addUsage(same: readonly Counted[]): Counted {
  const sum = (key: 'usesWithoutUser' | 'daysWithoutUser'): number => same.reduce((total, one) => total + one[key], 0)
  return {
    runs: sumOfRuns(same),
    users: mergeBounds(same.map(({users}) => users)),
    usesWithoutUser: sum('usesWithoutUser'),
    daysWithoutUser: sum('daysWithoutUser'),
  }
}

function addNumbers(fields: readonly NumberFieldFacts[]): NumberFieldFacts[] {
  return [...Map.groupBy(fields, ({name}) => name)].map(([name, same]) => {
    if (same.length === 1) return same[0]!
    const n = same.reduce((sum, one) => sum + one.n, 0)
    const mean = same.reduce((sum, one) => sum + one.n * one.mean, 0) / n
    return {name, n, mean, median: null, max: Math.max(...same.map(({max}) => max))}
  })
}

function addValues(fields: readonly ValueFieldFacts[]): ValueFieldFacts[] {
  const groups = Map.groupBy(fields, ({name, value}) => JSON.stringify([name, value]))
  return [...groups.values()].map(same => ({...same[0]!, ...addUsage(same)}))
}

const sumOfRuns = (same: readonly {readonly runs: number}[]): number => same.reduce((sum, {runs}) => sum + runs, 0)

/**
 * The facts of a step. Who was seen before is known if the earlier steps have single runs, or the totals have a flow.
 */
function stepFacts({steps}: StatsQuestion, facts: StatsFacts, step: number, find: FindKept): StepFacts[] {
  const asked = steps[step]!
  const kept = find(asked)
  const found = facts.steps.find(one => one.step === step)
  if (kept === null) {
    const before = steps.slice(0, step).filter(({part}) => part === asked.part)
    if (found === undefined || !before.some(one => find(one) !== null)) return found === undefined ? [] : [found]
    const isJustBeforeKnown = find(steps[step - 1]!) === null
    return [{...found, seenBefore: null, seenJustBefore: isJustBeforeKnown ? found.seenJustBefore : null}]
  }
  const [only] = kept === 'unknown' || kept.totals.length !== 1 || kept.restMs < asked.toMs ? [] : kept.totals
  if (only?.flow != null) return [{step, ...only.flow}]
  return [{step, users: exactly(only?.span.users), seenBefore: null, seenJustBefore: null}]
}

const exactly = (bounds: Bounds | undefined): number | null =>
  bounds !== undefined && bounds.low === bounds.high ? bounds.low : null
