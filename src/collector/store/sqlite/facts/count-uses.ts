import {minUsers} from '../../../../stats/model/bounds.ts'
import {type HeaderWord, headerWords, numberOfWords} from '../../../../stats/model/header-words.ts'
import type {
  NamedFacts,
  NamedRuns,
  SpanFacts,
  StatsFacts,
  Step,
  StepFacts,
  WithoutUser,
} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {tellFlow} from '../../people/flow.ts'
import {addUses, noUses, type UsesByWord} from '../../people/telling-uses.ts'
import {headerMarks, isWithoutUser, type KnownHeaders} from '../columns/headers.ts'
import {createMarkedCounter} from './marked-people.ts'
import {createPeopleCounter} from './people.ts'
import {type PieceOfUse, type Uses, usesIn} from './uses.ts'

type SpanUses = Omit<SpanFacts, 'scripts' | 'outcomes' | 'duration'>

/** Makes the function that counts the runs, people and hosts of a span. */
export function createSpanCounter(uses: Uses, range: Span): (span: Span) => SpanUses {
  const {headers} = uses
  const users = createPeopleCounter(headers.users)
  const hosts = createPeopleCounter(headers.hosts)
  const marked = createMarkedCounter(headers.users)
  const who = createWhoCounter(headers)
  return span => {
    for (const counter of [users, hosts, marked]) counter.begin()
    const isRange = span.fromMs === range.fromMs && span.toMs === range.toMs
    who.begin()
    let [runs, ciRuns] = [0, 0]
    for (const piece of usesIn(uses, span)) {
      const {header, firstDay, lastDay} = piece
      who.enter(piece)
      for (let row = 0; row < header.length; row++) {
        const id = header[row]!
        const period = headers.period[id]! < 0 ? piece.period : headers.period[id]!
        users.see(headers.user[id]!, period, firstDay[row]!, lastDay[row]!)
        hosts.see(headers.host[id]!, period, firstDay[row]!, lastDay[row]!)
        if (isRange) marked.see(headers.user[id]!, period, headers.marks[id]!)
        runs += piece.runs[row]!
        if (headers.isCi[id] === 1) ciRuns += piece.runs[row]!
        else who.see(piece, row)
      }
    }
    return {
      runs,
      ciRuns,
      users: users.all(),
      usersOnSeveralDays: users.onSeveralDays(),
      usersOnlyAgents: marked.always(headerMarks.agent),
      usersOnlyNewHomes: marked.always(headerMarks.newHome),
      hosts: hosts.all(),
      hostsOnSeveralDays: hosts.onSeveralDays(),
      ...who.facts(),
    }
  }
}

/** Counts the uses of people that say who and where, and those that do not. It reuses its memory for one count after another. */
function createWhoCounter(headers: KnownHeaders) {
  const days = createDayCounter()
  let month = 0
  let [withUser, withoutUser, withoutHost] = [noSum(), noSum(), noSum()]
  let all = noUses
  const addMonth = (): void => {
    all = addUses(all, {
      ...{withUser, withoutUser, withoutHost},
      ...{daysOfRuns: days.count(true), daysOfOthers: days.count(false)},
    })
    ;[withUser, withoutUser, withoutHost] = [noSum(), noSum(), noSum()]
    days.begin()
  }
  return {
    begin(): void {
      addMonth()
      all = noUses
    },
    enter(piece: PieceOfUse): void {
      if (piece.month !== month) addMonth()
      month = piece.month
      for (let place = 0; place < piece.unknownDay.length; place++) days.see(piece.unknownDay[place]!)
    },
    see(piece: PieceOfUse, row: number): void {
      const id = piece.header[row]!
      addRow(headers.user[id]! >= 0 ? withUser : withoutUser, piece, row)
      if (headers.host[id]! < 0) addRow(withoutHost, piece, row)
    },
    facts(): UsesByWord {
      addMonth()
      return all
    },
  }
}

const noSum = () => ({runs: 0, uses: 0})

function addRow(sum: ReturnType<typeof noSum>, {runs, uses}: PieceOfUse, row: number): void {
  sum.runs += runs[row]!
  sum.uses += uses[row]!
}

/** Later days count as the last one: it is in 2134. */
const maxDay = 60_000

/** Counts different days of uses that do not say who. It reuses its memory for one count after another. */
function createDayCounter() {
  const seenIn = new Int32Array(2 * maxDay)
  let turn = 0
  const counts = [0, 0]
  return {
    begin(): void {
      turn++
      counts.fill(0)
    },
    /** Twice the UTC day, plus one for a run. */
    see(code: number): void {
      const place = Math.max(0, Math.min(code, 2 * maxDay - 2 + (code & 1)))
      if (seenIn[place] === turn) return
      seenIn[place] = turn
      counts[code & 1]!++
    },
    /** The days of runs, or else of other events. */
    count: (ofRuns: boolean): number => counts[ofRuns ? 1 : 0]!,
  }
}

/** Counts the users of each step, and how many of them had uses in an earlier step of the same part. */
export function countSteps(uses: Uses, steps: readonly Step[]): StepFacts[] {
  const {headers} = uses
  const lastStep = new Int32Array(headers.users).fill(-1)
  return tellFlow(steps, step => {
    const {part, ...span} = steps[step]!
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
    return {users, seenBefore, seenJustBefore, periods}
  })
}

/** Counts runs and users by the words of their header: by version in each period, and by every word in all periods. */
export function countNamed(
  uses: Uses,
  periods: readonly Span[],
): {
  readonly named: NamedFacts
  readonly fewUsers: StatsFacts['fewUsers']
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
  const byWord: unknown = Object.fromEntries(headerWords.map(word => [word, all.byName(word)]))
  const named = byWord as NamedFacts
  return {named, fewUsers: numberOfWords(word => all.fewUsers(word, named[word])), adoption}
}

/** Sums the runs of headers. `begin` starts a new sum in the same memory. */
function createHeaderSum(headers: KnownHeaders) {
  const runsOf = new Float64Array(headers.user.length)
  const periodOf = new Int32Array(headers.user.length)
  const people = createPeopleCounter(headers.users)
  const days = createDayCounter()
  let [seen, daysOf]: [number[], Map<number, number[]>] = [[], new Map()]

  function countUsers(some: readonly number[]): Pick<NamedRuns, 'users' | keyof WithoutUser> {
    people.begin()
    days.begin()
    let usesWithoutUser = 0
    for (const header of some) {
      people.see(headers.user[header]!, periodOf[header]!)
      if (!isWithoutUser(headers, header)) continue
      usesWithoutUser += runsOf[header]!
      for (const day of daysOf.get(header) ?? []) days.see(day)
    }
    return {users: people.all(), usesWithoutUser, daysWithoutUser: days.count(true)}
  }

  return {
    begin(): void {
      for (const header of seen) runsOf[header] = 0
      seen = []
      daysOf = new Map()
    },
    add({header, runs, period, unknownHeader, unknownDay}: PieceOfUse): void {
      for (let row = 0; row < header.length; row++) {
        const id = header[row]!
        if (runs[row] === 0) continue
        if (runsOf[id] === 0) {
          seen.push(id)
          periodOf[id] = headers.period[id]! < 0 ? period : headers.period[id]!
        }
        runsOf[id]! += runs[row]!
      }
      for (let place = 0; place < unknownHeader.length; place++) {
        const known = daysOf.get(unknownHeader[place]!)
        if (known === undefined) daysOf.set(unknownHeader[place]!, [unknownDay[place]!])
        else known.push(unknownDay[place]!)
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
    /** The people behind the names of few users, together. */
    fewUsers(word: HeaderWord, named: readonly NamedRuns[]): number {
      const few = new Set(named.flatMap(({name, users}) => (users.low < minUsers ? [name] : [])))
      const [nameOf, names] = [headers.name[word], headers.names[word]]
      return countUsers(seen.filter(header => few.has(names[nameOf[header]!]!))).users.low
    },
  }
}
