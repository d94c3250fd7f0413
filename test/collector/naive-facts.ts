import type {Event, FeatureEvent} from '../../src/protocol/report/event.ts'
import type {Header} from '../../src/protocol/report/header.ts'
import {type HeaderValues, valuesOfHeader} from '../../src/protocol/report/header-columns.ts'
import {type Bounds, boundsOf, mergeDayBounds, minUsers, noBounds} from '../../src/stats/model/bounds.ts'
import {limitsFeatures, type StatsFilters, wordFilters, wordOfFilter} from '../../src/stats/model/filters.ts'
import {columnOfWord, type HeaderWord, headerWords, numberOfWords} from '../../src/stats/model/header-words.ts'
import type {Duration} from '../../src/stats/model/model.ts'
import type {
  DetailFacts,
  FeatureFacts,
  FirstRun,
  NamedFacts,
  NamedRuns,
  SpanFacts,
  StatsFacts,
  StatsQuestion,
  StepFacts,
} from '../../src/stats/model/source.ts'
import type {Span} from '../../src/stats/model/span.ts'
import {exactly} from '../support/within-bound.ts'
import {naiveFeatureEndings, naiveVersionEndings, naiveVersionUsers, outcomeOf} from './naive-endings.ts'
import type {Sent} from './random-use.ts'

/** A run, assembled from all its events in memory. */
export interface NaiveRun {
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
        .filter(run => isChosen(run.key.header, filters) && hasField(run, filters))
  // Only runs have fields.
  const mayBeLone = filters.field === null ? sent : []
  const used = mayBeLone.filter(({header, event}) => isChosen(header, filters) && isChosenUse(event, filters))
  const lone = isOnFeatures
    ? used
    : mayBeLone.filter(({header, event}) => event.run === null && isChosen(header, filters))
  const inside = (span: Span) => runs.filter(run => run.atMs >= span.fromMs && run.atMs < span.toMs)
  const within = ({fromMs, toMs}: Span, {event}: Sent) => ms(event) >= fromMs && ms(event) < toMs
  const signsIn = (span: Span): Sign[] => [
    ...inside(span).map(({key, atMs}) => ({header: key.header, atMs, isRun: true, uses: 1})),
    ...lone.filter(one => within(span, one)).map(({header, event}) => ({header, atMs: ms(event), uses: usesOf(event)})),
  ]
  const usesOf = (event: Event): number => (isOnFeatures && event.type === 'feature' ? event.count : 1)
  const ranged = inside(range)
  const byWord = headerWords.map(word => [word, named(ranged, question.rotation, run => wordOf(run.key.header, word))])
  return {
    spans: question.spans.map(span => {
      const facts = spanFacts(inside(span), signsIn(span), question)
      const isRange = span.fromMs === range.fromMs && span.toMs === range.toMs
      return isRange ? facts : {...facts, usersOnlyAgents: noBounds, usersOnlyNewHomes: noBounds}
    }),
    exits: exits(ranged),
    versionEndings: naiveVersionEndings(ranged, question.lostBeforeMs),
    features: features(
      used.filter(one => within(range, one)),
      question.rotation,
    ),
    featureEndings: naiveFeatureEndings(
      used.filter(one => within(range, one)),
      [...Map.groupBy(paired, ({event}) => event.run).values()].map(assemble),
      question.lostBeforeMs,
    ),
    details: detailFacts(
      used.filter(one => within(range, one)),
      question,
    ),
    sinceMs: sinceOf(sent),
    named: Object.fromEntries(byWord) as NamedFacts,
    fewUsers: numberOfWords(word => fewUsers(ranged, question.rotation, run => wordOf(run.key.header, word))),
    adoption: question.periods.flatMap((span, period) =>
      named(inside(span), question.rotation, run => run.key.header.version).map(one => ({period, ...one})),
    ),
    firstRuns: firstRuns(paired, question.firstRuns),
    versionUsers: naiveVersionUsers(runs, question.versionUsers),
    steps: steps(question, signsIn),
    ...fieldFacts(ranged, question),
    fieldPeriods: question.periods.map(span => fieldFacts(inside(span), question)),
  }
}

function fieldFacts(
  runs: readonly NaiveRun[],
  {rotation, numberFields, valueFields}: StatsQuestion,
): StatsFacts['fieldPeriods'][number] {
  const having = (name: string) => runs.filter(run => name in run.fields)
  const rows = (name: string, valueIn: (run: NaiveRun) => string | boolean | null) =>
    [...Map.groupBy(having(name), valueIn)].map(([value, same]) => {
      const [{name: _, ...usage}] = named(same, rotation, () => null) as [NamedRuns]
      return {name, value, ...usage}
    })
  return {
    numberFields: numberFields.flatMap(name => {
      const values = having(name).map(run => run.fields[name] as number)
      if (values.length === 0) return []
      return [{name, n: values.length, mean: mean(values)!, median: percentile(values, 0.5)!, max: Math.max(...values)}]
    }),
    valueFields: [
      ...[...numberFields, ...valueFields].flatMap(name => rows(name, () => null)),
      ...valueFields.flatMap(name => rows(name, run => run.fields[name] as string | boolean)),
    ],
  }
}

/** Whether the value of the filtered field is the asked one, as text or as a number. */
function hasField({fields}: NaiveRun, {field}: StatsFilters): boolean {
  if (field === null) return true
  const [name = '', value] = field.split('=')
  return name in fields && (String(fields[name]) === value || fields[name] === Number(value))
}

/** The people behind the names of few users, together. */
function fewUsers(runs: readonly NaiveRun[], rotation: Rotation, nameOf: (run: NaiveRun) => string | null): number {
  const few = named(runs, rotation, nameOf).flatMap(({name, users}) => (users.low < minUsers ? [name] : []))
  const signs = runs
    .filter(run => few.includes(nameOf(run)))
    .map(({key: {header}, atMs}) => ({word: header.ci === null ? header.user : null, header, atMs}))
  return different(signs, rotation).low
}

function firstRuns(paired: readonly Sent[], span: Span | null): FirstRun[] {
  const runs = [...Map.groupBy(paired, ({event}) => event.run).values()].map(assemble)
  const inside = runs.filter(({atMs}) => span !== null && atMs >= span.fromMs && atMs < span.toMs)
  return [...Map.groupBy(inside, ({key}) => key.header.version)].flatMap(([version, same]) =>
    version === null ? [] : [{version, atMs: Math.min(...same.map(({atMs}) => atMs))}],
  )
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
  readonly isRun?: true
  /** At most so many people. */
  readonly uses: number
}

type Rotation = StatsQuestion['rotation']

/** Different words in each rotation period. A word belongs to the period in which it was seen first. */
function inPeriods(
  signs: readonly {readonly word: string | null; readonly header: Header; readonly atMs: number}[],
  rotation: Rotation,
): Map<string, string> {
  const periodOf = new Map<string, string>()
  for (const {word, header, atMs} of [...signs].sort((a, b) => a.atMs - b.atMs))
    if (word !== null && !periodOf.has(word))
      periodOf.set(word, header.period ?? rotation.find(one => atMs >= one.fromMs && atMs < one.toMs)!.period)
  return periodOf
}

const countedBy = (periods: readonly string[]): number[] =>
  [...Map.groupBy(periods, period => period).values()].map(same => same.length)

const different = (signs: Parameters<typeof inPeriods>[0], rotation: Rotation): Bounds =>
  boundsOf(countedBy([...inPeriods(signs, rotation).values()]))

/** Uses that do not say who, and their days. */
function withoutUser(signs: readonly Sign[]) {
  const some = signs.filter(({header}) => header.ci === null && header.user === null)
  return {
    usesWithoutUser: some.reduce((sum, {uses}) => sum + uses, 0),
    daysWithoutUser: new Set(some.map(({atMs}) => dayOf(atMs))).size,
  }
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

/** The first run or event. A run counts at its start. */
function sinceOf(sent: readonly Sent[]): number | null {
  const runs = [...Map.groupBy(sent, ({event}) => event.run ?? event.id).values()].map(assemble)
  const features = sent.filter(({event}) => event.type === 'feature').map(({event}) => ms(event))
  const known = [...runs.map(({atMs}) => atMs), ...features]
  return known.length === 0 ? null : Math.min(...known)
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

function steps({steps: asked, rotation}: StatsQuestion, signsIn: (span: Span) => Sign[]): StepFacts[] {
  const usersOf = (span: Span) =>
    new Set(signsIn(span).flatMap(({header: {ci, user}}) => (ci === null && user !== null ? [user] : [])))
  return asked.flatMap(({part, ...span}, step): StepFacts[] => {
    const users = usersOf(span)
    const before = asked.slice(0, step).filter(one => one.part === part)
    const sets = before.map(usersOf)
    const isLastStep = asked[step - 1]?.part === part
    const seen = [...users].filter(user => sets.some(set => set.has(user)))
    const just = [...users].filter(user => isLastStep && isLastSeenIn(sets, user))
    if (users.size === 0) return []
    const periodsOf = (one: Span) => {
      const words = signsIn(one).map(({header, atMs}) => ({
        word: header.ci === null ? header.user : null,
        header,
        atMs,
      }))
      return new Set(inPeriods(words, rotation).values())
    }
    const periods = periodsOf(span)
    if (periods.size > 1) return [{step, users: null, seenBefore: null, seenJustBefore: null}]
    const mayHide = (one: Span): boolean => [...periodsOf(one)].some(period => !periods.has(period))
    const isHidden = users.size > seen.length && before.some(mayHide)
    const isJustHidden = isLastStep && mayHide(before.at(-1)!)
    return [
      {
        step,
        users: users.size,
        seenBefore: isHidden ? null : seen.length,
        seenJustBefore: isJustHidden ? null : just.length,
      },
    ]
  })
}

const isLastSeenIn = (sets: readonly Set<string>[], user: string): boolean => sets.at(-1)?.has(user) ?? false

function spanFacts(
  runs: readonly NaiveRun[],
  signs: readonly Sign[],
  {lostBeforeMs, rotation}: StatsQuestion,
): SpanFacts {
  const people = signs.filter(({header}) => header.ci === null)
  const outcomes = {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0}
  for (const run of runs) outcomes[outcomeOf(run, lostBeforeMs)]++
  const scripts = runs
    .filter(run => run.key.header.ci === null)
    .map(run => ({word: run.script, header: run.key.header, atMs: run.atMs}))
  const ofWord = (wordIn: (header: Header) => string | null) =>
    people.map(({header, atMs}) => ({word: wordIn(header), header, atMs}))
  // In a month with people's runs, events without a run and a user are of people who are counted by their runs.
  const monthOf = ({atMs}: Sign): string => dayOf(atMs).slice(0, 7)
  const withRuns = new Set(people.filter(({isRun}) => isRun).map(monthOf))
  const telling = people.filter(sign => sign.isRun || !withRuns.has(monthOf(sign)))
  const usesOf = (some: readonly Sign[]): number => some.reduce((sum, {uses}) => sum + uses, 0)
  return {
    runs: runs.length,
    ciRuns: runs.filter(run => run.key.header.ci !== null).length,
    users: different(
      ofWord(({user}) => user),
      rotation,
    ),
    hosts: different(
      ofWord(({host}) => host),
      rotation,
    ),
    usersOnSeveralDays: onSeveralDays(
      ofWord(({user}) => user),
      rotation,
    ),
    hostsOnSeveralDays: onSeveralDays(
      ofWord(({host}) => host),
      rotation,
    ),
    usersOnlyAgents: onlyMarked(people, ({agent}) => agent !== null, rotation),
    usersOnlyNewHomes: onlyMarked(people, ({isNewSecret}) => isNewSecret, rotation),
    scripts: different(scripts, rotation),
    usesWithUser: usesOf(telling.filter(({header}) => header.user !== null)),
    ...withoutUser(telling),
    usesWithoutHost: usesOf(telling.filter(({header}) => header.host === null)),
    outcomes,
    duration: duration(runs.flatMap(({seconds}) => seconds ?? [])),
  }
}

/** Users all of whose signs are marked. Those of another period with other signs may be the same people. */
function onlyMarked(signs: readonly Sign[], isMarked: (header: Header) => boolean, rotation: Rotation): Bounds {
  const words = inPeriods(
    signs.map(({header, atMs}) => ({word: header.user, header, atMs})),
    rotation,
  )
  const others = new Set(signs.filter(({header}) => !isMarked(header)).map(({header}) => header.user))
  const periods = [...new Set(words.values())].map(period => {
    const all = [...words].filter(([, own]) => own === period).map(([word]) => word)
    return {marked: all.filter(word => !others.has(word)).length, others: all.filter(word => others.has(word)).length}
  })
  const least = periods.map(one => {
    const elsewhere = periods.filter(other => other !== one).reduce((sum, other) => sum + other.others, 0)
    return one.marked - elsewhere
  })
  return {low: Math.max(0, ...least), high: periods.reduce((sum, {marked}) => sum + marked, 0)}
}

function onSeveralDays(signs: Parameters<typeof inPeriods>[0], rotation: Rotation): Bounds {
  const periods = inPeriods(signs, rotation)
  const hasSeveral = (word: string): boolean =>
    new Set(signs.filter(one => one.word === word).map(({atMs}) => dayOf(atMs))).size > 1
  const parts = [...Map.groupBy(periods.keys(), word => periods.get(word)).values()].map(words => {
    const several = words.filter(hasSeveral).length
    return {all: {low: words.length, high: words.length}, several: {low: several, high: several}}
  })
  return mergeDayBounds(parts)
}

const distinct = (values: readonly (string | null)[]): number => new Set(values.filter(value => value !== null)).size

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
  percentileBound: seconds.length === 0 ? null : 0,
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

function features(sent: readonly Sent[], rotation: Rotation): FeatureFacts[] {
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
      runs: distinct(events.map(event => event.run)),
      users: different(
        same.map(({header, event}) => ({word: header.ci === null ? header.user : null, header, atMs: ms(event)})),
        rotation,
      ),
      ...withoutUser(same.map(({header, event}) => ({header, atMs: ms(event), uses: event.count}))),
      meanSeconds: timed === 0 ? null : seconds / timed,
      ...exactly(single, share => percentile(single, share)),
    }
  })
}

function detailFacts(sent: readonly Sent[], {rotation, numberDetails, valueDetails}: StatsQuestion): DetailFacts[] {
  const uses = sent.flatMap(({header, event}) =>
    event.type === 'feature'
      ? Object.entries(event.details ?? {}).map(([detail, value]) => ({header, event, detail, value}))
      : [],
  )
  const declared = uses.filter(({detail, value}) =>
    (typeof value === 'number' ? numberDetails : valueDetails).includes(detail),
  )
  const shownOf = (value: unknown) => (typeof value === 'number' ? null : (value as string | boolean))
  const keyOf = ({event, detail, value}: (typeof declared)[number]) =>
    JSON.stringify([event.featureType, event.name, detail, shownOf(value)])
  return [...Map.groupBy(declared, keyOf).values()].map(same => {
    const numbers = same.flatMap(({value}) => (typeof value === 'number' ? [value] : []))
    return {
      type: same[0]!.event.featureType,
      name: same[0]!.event.name,
      detail: same[0]!.detail,
      value: shownOf(same[0]!.value),
      count: sum(
        same.map(({event}) => event),
        event => event.count,
      ),
      users: different(
        same.map(({header, event}) => ({word: header.ci === null ? header.user : null, header, atMs: ms(event)})),
        rotation,
      ),
      ...withoutUser(same.map(({header, event}) => ({header, atMs: ms(event), uses: event.count}))),
      numbers:
        numbers.length === 0
          ? null
          : {mean: mean(numbers)!, median: percentile(numbers, 0.5)!, max: Math.max(...numbers)},
    }
  })
}

const sum = (some: readonly FeatureEvent[], value: (event: FeatureEvent) => number): number =>
  some.reduce((total, event) => total + value(event), 0)

function named(runs: readonly NaiveRun[], rotation: Rotation, nameOf: (run: NaiveRun) => string | null): NamedRuns[] {
  return [...Map.groupBy(runs, nameOf)].map(([name, same]) => ({
    name,
    runs: same.length,
    users: different(
      same.map(({key: {header}, atMs}) => ({word: header.ci === null ? header.user : null, header, atMs})),
      rotation,
    ),
    ...withoutUser(same.map(({key: {header}, atMs}) => ({header, atMs, uses: 1}))),
  }))
}
