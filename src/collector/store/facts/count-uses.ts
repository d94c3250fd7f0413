import {type HeaderWord, headerWords} from '../../../stats/model/header-words.ts'
import type {NamedFacts, NamedRuns, SpanFacts, Step, StepFacts, WithoutUser} from '../../../stats/model/source.ts'
import type {Span} from '../../../stats/model/span.ts'
import {headerMarks, type KnownHeaders} from '../columns/headers.ts'
import {createMarkedCounter} from './marked-people.ts'
import {createPeopleCounter} from './people.ts'
import {type PieceOfUse, type UnknownUses, type Uses, usesIn} from './uses.ts'

type SpanUses = Omit<SpanFacts, 'scripts' | 'outcomes' | 'duration'>

/** Makes the function that counts the runs, people and hosts of a span. */
export function createSpanCounter(uses: Uses, range: Span): (span: Span) => SpanUses {
  const {headers} = uses
  const users = createPeopleCounter(headers.users)
  const hosts = createPeopleCounter(headers.hosts)
  const marked = createMarkedCounter(headers.users)
  return span => {
    for (const counter of [users, hosts, marked]) counter.begin()
    const isRange = span.fromMs === range.fromMs && span.toMs === range.toMs
    const unknown = createUnknownSum()
    let [runs, ciRuns] = [0, 0]
    const [withUser, withoutHost] = [noSum(), noSum()]
    for (const piece of usesIn(uses, span)) {
      const {header, firstDay, lastDay} = piece
      for (let row = 0; row < header.length; row++) {
        const id = header[row]!
        const period = headers.period[id]! < 0 ? piece.period : headers.period[id]!
        users.see(headers.user[id]!, period, firstDay[row]!, lastDay[row]!)
        hosts.see(headers.host[id]!, period, firstDay[row]!, lastDay[row]!)
        if (isRange) marked.see(headers.user[id]!, period, headers.marks[id]!)
        runs += piece.runs[row]!
        if (headers.isCi[id] === 1) ciRuns += piece.runs[row]!
        else {
          if (headers.user[id]! >= 0) addRow(withUser, piece, row)
          if (headers.host[id]! < 0) addRow(withoutHost, piece, row)
        }
      }
      for (const one of piece.withoutUser.values()) unknown.add(one)
    }
    const isWithoutRuns = runs === ciRuns
    return {
      runs,
      ciRuns,
      users: users.all(),
      usersOnSeveralDays: users.onSeveralDays(),
      usersOnlyAgents: marked.always(headerMarks.agent),
      usersOnlyNewHomes: marked.always(headerMarks.newHome),
      hosts: hosts.all(),
      hostsOnSeveralDays: hosts.onSeveralDays(),
      usesWithUser: isWithoutRuns ? withUser.uses : withUser.runs,
      ...unknown.facts(isWithoutRuns),
      usesWithoutHost: isWithoutRuns ? withoutHost.uses : withoutHost.runs,
    }
  }
}

const noSum = () => ({runs: 0, uses: 0})

function addRow(sum: ReturnType<typeof noSum>, {runs, uses}: PieceOfUse, row: number): void {
  sum.runs += runs[row]!
  sum.uses += uses[row]!
}

/** Adds up uses that do not say who. */
function createUnknownSum() {
  const [runDays, otherDays] = [new Set<number>(), new Set<number>()]
  let [runs, others] = [0, 0]
  return {
    add(one: UnknownUses): void {
      runs += one.runs
      others += one.others
      for (const day of one.runDays) runDays.add(day)
      for (const day of one.otherDays) otherDays.add(day)
    },
    /** Where people's runs are reported, an event without a run and a user is of somebody who is counted by a run. */
    facts: (isWithoutRuns: boolean): WithoutUser =>
      isWithoutRuns
        ? {usesWithoutUser: others, daysWithoutUser: otherDays.size}
        : {usesWithoutUser: runs, daysWithoutUser: runDays.size},
  }
}

/**
 * Counts the users of each step, and how many of them had uses in an earlier step of the same part. Steps without users
 * are left out.
 */
export function countSteps(uses: Uses, steps: readonly Step[]): StepFacts[] {
  const {headers} = uses
  const lastStep = new Int32Array(headers.users).fill(-1)
  return steps.flatMap(({part, ...span}, step) => {
    let [users, seenBefore, seenJustBefore] = [0, 0, 0]
    const periods = new Set<number>()
    for (const {header, period} of usesIn(uses, span))
      for (let row = 0; row < header.length; row++) {
        const user = headers.user[header[row]!]!
        if (user < 0 || lastStep[user] === step) continue
        const before = lastStep[user]!
        lastStep[user] = step
        users++
        periods.add(headers.period[header[row]!]! < 0 ? period : headers.period[header[row]!]!)
        if (before < 0 || steps[before]!.part !== part) continue
        seenBefore++
        if (before === step - 1) seenJustBefore++
      }
    if (users === 0) return []
    return [
      periods.size > 1
        ? {step, users: null, seenBefore: null, seenJustBefore: null}
        : {step, users, seenBefore, seenJustBefore},
    ]
  })
}

/** Counts runs and users by the words of their header: by version in each period, and by every word in all periods. */
export function countNamed(
  uses: Uses,
  periods: readonly Span[],
): {
  readonly named: NamedFacts
  readonly adoption: readonly (NamedRuns & {readonly period: number})[]
} {
  const {headers} = uses
  const all = createHeaderSum(headers)
  const one = createHeaderSum(headers)
  const adoption = periods.flatMap((span, period) => {
    one.begin()
    for (const piece of usesIn(uses, span)) {
      one.add(piece)
      all.add(piece)
    }
    return one.byName('version').map(counts => ({period, ...counts}))
  })
  const byWord = headerWords.map(word => [word, all.byName(word)])
  return {named: Object.fromEntries(byWord) as NamedFacts, adoption}
}

/** Sums the runs of headers. `begin` starts a new sum in the same memory. */
function createHeaderSum(headers: KnownHeaders) {
  const runsOf = new Float64Array(headers.user.length)
  const periodOf = new Int32Array(headers.user.length)
  const people = createPeopleCounter(headers.users)
  let [seen, unknownOf]: [number[], Map<number, UnknownUses[]>] = [[], new Map()]

  function countUsers(some: readonly number[]): Pick<NamedRuns, 'users' | keyof WithoutUser> {
    people.begin()
    const unknown = createUnknownSum()
    for (const header of some) {
      people.see(headers.user[header]!, periodOf[header]!)
      for (const one of unknownOf.get(header) ?? []) unknown.add(one)
    }
    return {users: people.all(), ...unknown.facts(false)}
  }

  return {
    begin(): void {
      for (const header of seen) runsOf[header] = 0
      seen = []
      unknownOf = new Map()
    },
    add({header, runs, period, withoutUser}: PieceOfUse): void {
      for (let row = 0; row < header.length; row++) {
        const id = header[row]!
        if (runs[row] === 0) continue
        if (runsOf[id] === 0) {
          seen.push(id)
          periodOf[id] = headers.period[id]! < 0 ? period : headers.period[id]!
        }
        runsOf[id]! += runs[row]!
        const unknown = withoutUser.get(id)
        if (unknown !== undefined) unknownOf.set(id, [...(unknownOf.get(id) ?? []), unknown])
      }
    },
    byName(word: HeaderWord): NamedRuns[] {
      const [nameOf, names] = [headers.name[word], headers.names[word]]
      const ofName: number[][] = names.map(() => [])
      for (const header of seen) ofName[nameOf[header]!]!.push(header)
      return names.flatMap((name, place) => {
        const some = ofName[place]!
        if (some.length === 0) return []
        return [{name, runs: some.reduce((sum, header) => sum + runsOf[header]!, 0), ...countUsers(some)}]
      })
    },
  }
}
