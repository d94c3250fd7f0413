import {minUsers, noBounds} from '../../../../stats/model/bounds.ts'
import {type HeaderWord, headerWords, numberOfWords} from '../../../../stats/model/header-words.ts'
import type {Ending} from '../../../../stats/model/outcomes.ts'
import type {
  AskedSpan,
  NamedFacts,
  NamedRuns,
  SpanFacts,
  StatsFacts,
  StatsQuestion,
  StepFacts,
  VersionEnding,
} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {tellFlow} from '../../people/flow.ts'
import {allPeople, alwaysMarked, onSeveralDays} from '../../people/people.ts'
import {addUses, noUses, type RunsAndUses} from '../../people/telling-uses.ts'
import {addExits, noDuration} from '../../totals/run-totals.ts'
import {type Counted, countFields, kinds, sayers} from './one-scan.ts'
import {results, whats} from './uses.ts'

/** The rows of an answer, by kind and place. */
export interface Counts {
  of(kind: number, place?: number): readonly Counted[]
}

export function indexCounts(rows: readonly Counted[]): Counts {
  const byKind = Map.groupBy(rows, ({kind}) => kind)
  const byPlace = Map.groupBy(rows, ({kind, at_place}) => `${kind} ${at_place}`)
  return {
    of: (kind, place) => (place === undefined ? byKind.get(kind) : byPlace.get(`${kind} ${place}`)) ?? [],
  }
}

/** A code of `kinds.count`: what kind of use by whom, and how it ended. */
const readCode = (code: number) => ({
  what: whats[code & 7]!,
  isCi: (code & 8) !== 0,
  hasUser: (code & 16) !== 0,
  hasHost: (code & 32) !== 0,
  result: results[code >> 6]!,
})

const sumOf = <T>(rows: readonly T[], pick: (row: T) => number): number => rows.reduce((sum, row) => sum + pick(row), 0)

/** Counts the events of one kind at a place. */
export const countUnpaired = (counts: Counts, place: number, what: (typeof whats)[number]): number =>
  sumOf(
    counts.of(kinds.count, place).filter(({part}) => readCode(part).what === what),
    ({rows}) => rows,
  )

/** The facts of a span, as far as the question needs them. Marked people are counted in the range only. */
export function spanFacts(counts: Counts, {needs = 'all', ...span}: AskedSpan, place: number, range: Span): SpanFacts {
  const isRange = span.fromMs === range.fromMs && span.toMs === range.toMs
  const rows = counts.of(kinds.count, place).map(row => ({...row, ...readCode(row.part)}))
  const runs = rows.filter(({what}) => what === 'run')
  const people = (kind: number, pick: (row: Counted) => number) =>
    counts.of(kind, place).map(row => ({all: row.n, some: pick(row)}))
  const several = ({several: some}: Counted): number => some
  const outcome = (name: (typeof results)[number]): number =>
    needs !== 'people'
      ? sumOf(
          runs.filter(({result}) => result === name),
          one => one.rows,
        )
      : 0
  return {
    runs: sumOf(runs, one => one.rows),
    ciRuns: sumOf(
      runs.filter(({isCi}) => isCi),
      one => one.rows,
    ),
    users: allPeople(people(kinds.user, several)),
    hosts: allPeople(people(kinds.host, several)),
    usersOnSeveralDays: onSeveralDays(people(kinds.user, several)),
    hostsOnSeveralDays: onSeveralDays(people(kinds.host, several)),
    usersOnlyAgents: isRange ? alwaysMarked(people(kinds.user, ({agents}) => agents)) : noBounds,
    usersOnlyNewHomes: isRange ? alwaysMarked(people(kinds.user, ({newHomes}) => newHomes)) : noBounds,
    scripts: needs !== 'all' ? noBounds : allPeople(people(kinds.script, several)),
    ...usesByWord(counts, place),
    outcomes: {
      ok: outcome('ok'),
      failed: outcome('failed'),
      signal: outcome('signal'),
      lost: outcome('lost'),
      running: outcome('running'),
      unknown: outcome('unknown'),
    },
    duration: needs === 'all' ? durationOf(counts.of(kinds.seconds, place)[0]) : noDuration,
  }
}

function usesByWord(counts: Counts, place: number) {
  const rows = counts.of(kinds.count, place).map(row => ({...row, ...readCode(row.part)}))
  const byPeople = Map.groupBy(
    rows.filter(({isCi}) => !isCi),
    ({month}) => month,
  )
  const days = counts.of(kinds.unknownDay, place)
  const daysOf = (at: number, isRun: 0 | 1): number =>
    sumOf(
      days.filter(({month, part}) => month === at && part === isRun),
      ({n}) => n,
    )
  const add = (some: typeof rows): RunsAndUses => ({
    runs: sumOf(some, ({what, rows: runs}) => (what === 'run' ? runs : 0)),
    uses: sumOf(some, ({uses}) => uses),
  })
  return [...byPeople].reduce(
    (all, [month, ofMonth]) =>
      addUses(all, {
        withUser: add(ofMonth.filter(({hasUser}) => hasUser)),
        withoutUser: add(ofMonth.filter(({hasUser}) => !hasUser)),
        withoutHost: add(ofMonth.filter(({hasHost}) => !hasHost)),
        daysOfRuns: daysOf(month, 1),
        daysOfOthers: daysOf(month, 0),
      }),
    noUses,
  )
}

function durationOf(row: Counted | undefined): SpanFacts['duration'] {
  if (row === undefined || row.values === 0) return noDuration
  const [p50Seconds, p90Seconds, p99Seconds] = row.p as [number, number, number]
  return {n: row.values, meanSeconds: row.sum / row.values, p50Seconds, p90Seconds, p99Seconds, percentileBound: 0}
}

/** A name as the server writes it: `=` and the name; empty for none. */
export const readName = (name: string): string | null => (name === '' ? null : name.slice(1))

/** The runs by name: rows of one word, or of the versions of one period. */
function namedRuns(rows: readonly (Counted & {readonly sayer: number})[]): NamedRuns[] {
  return [...Map.groupBy(rows, ({name}) => name)].map(([name, same]) => ({name: readName(name), ...usageOf(same)}))
}

/** The runs and users of one name, by who says so. */
function usageOf(same: readonly (Counted & {readonly sayer: number})[]): Omit<NamedRuns, 'name'> {
  const unknown = same.filter(({sayer}) => sayer === sayers.unknown)
  return {
    runs: sumOf(same, ({rows: runs}) => runs),
    users: allPeople(same.filter(({sayer}) => sayer === sayers.user).map(({n}) => ({all: n}))),
    usesWithoutUser: sumOf(unknown, ({rows: runs}) => runs),
    daysWithoutUser: sumOf(unknown, ({n}) => n),
  }
}

export function namedFacts(counts: Counts): NamedFacts {
  const entries = headerWords.map((word, place): readonly [HeaderWord, readonly NamedRuns[]] => [
    word,
    namedRuns(counts.of(kinds.word + place).map(row => ({...row, sayer: row.at_place}))),
  ])
  return Object.fromEntries(entries) as unknown as NamedFacts
}

/** The people behind the names of few users, together. */
export const fewUsersFacts = (counts: Counts): StatsFacts['fewUsers'] =>
  numberOfWords(word => {
    const rows = counts.of(kinds.word + headerWords.indexOf(word), sayers.user)
    const few = [...Map.groupBy(rows, ({name}) => name).values()].filter(same => same.every(({n}) => n < minUsers))
    const periodOf = new Map<string, {readonly ord: number; readonly period: number}>()
    for (const {part, few: users} of few.flat())
      for (const [user, ord] of users)
        if (Number(ord) < (periodOf.get(user)?.ord ?? Number.POSITIVE_INFINITY))
          periodOf.set(user, {ord: Number(ord), period: part})
    const ofPeriods = [...Map.groupBy(periodOf.values(), ({period}) => period).values()]
    return Math.max(0, ...ofPeriods.map(({length}) => length))
  })

export function adoptionFacts(counts: Counts, {periods}: StatsQuestion): StatsFacts['adoption'] {
  return periods.flatMap((_, period) => {
    const rows = Object.values(sayers).flatMap(sayer =>
      counts.of(kinds.adoption, 3 * period + sayer).map(row => ({...row, sayer})),
    )
    return namedRuns(rows).map(named => ({period, ...named}))
  })
}

/** An exit as the server writes it: `c` and the code, `s` and the signal, empty for none. */
export const readExit = (exit: string): Pick<Ending, 'exitCode' | 'signal'> => ({
  exitCode: exit.startsWith('c') ? Number(exit.slice(1)) : null,
  signal: exit.startsWith('s') ? exit.slice(1) : null,
})

/** The name of such a row is a version and an exit, in two lines. */
export const versionEndingFacts = (counts: Counts): VersionEnding[] =>
  counts.of(kinds.ending).map(({at_place, name, rows: runs}) => {
    const end = name.lastIndexOf('\n')
    const outcome = results[at_place] as Ending['outcome']
    return {version: readName(name.slice(0, end)), outcome, ...readExit(name.slice(end + 1)), runs}
  })

/** The exits of all versions. */
export const exitFacts = (counts: Counts): StatsFacts['exits'] => addExits(versionEndingFacts(counts))

export const firstRunFacts = (counts: Counts): StatsFacts['firstRuns'] =>
  counts.of(kinds.firstRun).map(({name, earliest}) => ({version: readName(name) ?? '', atMs: earliest}))

/** The fields of the runs of the range, and of each period. */
export function fieldFacts(counts: Counts, question: StatsQuestion): Fields & Pick<StatsFacts, 'fieldPeriods'> {
  return {
    ...fieldsAt(counts, question, 0),
    fieldPeriods: question.periods.map((_, period) => fieldsAt(counts, question, period + 1)),
  }
}

type Fields = StatsFacts['fieldPeriods'][number]

/** The fields of the runs of a place: 0 is the range, and then come the periods. */
function fieldsAt(counts: Counts, question: StatsQuestion, place: number): Fields {
  const {numberFields, valueFields} = question
  const ofNumbers = counts.of(kinds.number, place)
  const all = [...numberFields, ...valueFields]
  return {
    numberFields: numberFields.flatMap((field, index) =>
      ofNumbers
        .filter(({name}) => Number(name) === index + 1)
        .map(({values, sum, max, p}) => ({name: field, n: values, mean: sum / values, median: p[0] ?? null, max})),
    ),
    valueFields: all.flatMap((field, index) => {
      const first = 3 * (countFields(question) * place + index)
      const rows = Object.values(sayers).flatMap(sayer =>
        counts.of(kinds.value, first + sayer).map(row => ({...row, sayer})),
      )
      return [...Map.groupBy(rows, ({name}) => name)].map(([name, same]) => ({
        name: field,
        value: name === '' ? null : JSON.parse(name),
        ...usageOf(same),
      }))
    }),
  }
}

export const stepFacts = (counts: Counts, {steps}: StatsQuestion): StepFacts[] =>
  tellFlow(steps, step => {
    const rows = counts.of(kinds.step, step)
    return {
      users: sumOf(rows, ({n}) => n),
      seenBefore: sumOf(rows, ({before}) => before),
      seenJustBefore: sumOf(rows, ({justBefore}) => justBefore),
      periods: new Set(rows.map(({part}) => part)),
    }
  })
