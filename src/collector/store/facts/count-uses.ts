import {type HeaderWord, headerWords} from '../../../stats/model/header-words.ts'
import type {NamedFacts, NamedRuns, SpanFacts, Step, StepFacts} from '../../../stats/model/source.ts'
import type {Span} from '../../../stats/model/span.ts'
import type {KnownHeaders} from '../columns/headers.ts'
import {type PieceOfUse, type Uses, usesIn} from './uses.ts'

type SpanUses = Pick<SpanFacts, 'runs' | 'ciRuns' | 'users' | 'hosts' | 'usersOnSeveralDays' | 'hostsOnSeveralDays'>

/** Makes the function that counts the runs, people and hosts of a span. */
export function createSpanCounter(uses: Uses): (span: Span) => SpanUses {
  const {headers} = uses
  const users = createDayCounter(headers.users, headers.user)
  const hosts = createDayCounter(headers.hosts, headers.host)
  return span => {
    users.begin()
    hosts.begin()
    let [runs, ciRuns] = [0, 0]
    for (const piece of usesIn(uses, span)) {
      users.see(piece)
      hosts.see(piece)
      runs += sumOf(piece.runs)
      ciRuns += sumOfCi(piece, headers.isCi)
    }
    const [ofUsers, ofHosts] = [users.counts(), hosts.counts()]
    return {
      runs,
      ciRuns,
      users: ofUsers.all,
      usersOnSeveralDays: ofUsers.onSeveralDays,
      hosts: ofHosts.all,
      hostsOnSeveralDays: ofHosts.onSeveralDays,
    }
  }
}

function sumOf(runs: Int32Array): number {
  let sum = 0
  for (let row = 0; row < runs.length; row++) sum += runs[row]!
  return sum
}

function sumOfCi({header, runs}: PieceOfUse, isCi: Uint8Array): number {
  let sum = 0
  for (let row = 0; row < runs.length; row++) sum += isCi[header[row]!]! * runs[row]!
  return sum
}

/** Counts different people, and those with uses on several days. It reuses its memory for one span after another. */
function createDayCounter(size: number, whoOf: Int32Array) {
  const [seenIn, first, last] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)]
  let [turn, all, onSeveralDays] = [0, 0, 0]
  return {
    begin(): void {
      turn++
      all = 0
      onSeveralDays = 0
    },
    see({header, firstDay, lastDay}: PieceOfUse): void {
      for (let row = 0; row < header.length; row++) {
        const who = whoOf[header[row]!]!
        if (who < 0) continue
        const [from, to] = [firstDay[row]!, lastDay[row]!]
        if (seenIn[who] !== turn) {
          seenIn[who] = turn
          first[who] = from
          last[who] = to
          all++
          if (from < to) onSeveralDays++
          continue
        }
        const hadSeveral = first[who]! < last[who]!
        if (from < first[who]!) first[who] = from
        if (to > last[who]!) last[who] = to
        if (!hadSeveral && first[who]! < last[who]!) onSeveralDays++
      }
    },
    counts: () => ({all, onSeveralDays}),
  }
}

/**
 * Counts the users of each step, and how many of them had uses in an earlier step of the same part. Steps without users
 * are left out.
 */
export function countSteps(uses: Uses, steps: readonly Step[]): StepFacts[] {
  const lastStep = new Int32Array(uses.headers.users).fill(-1)
  return steps.flatMap(({part, ...span}, step) => {
    let [users, seenBefore, seenJustBefore] = [0, 0, 0]
    for (const {header} of usesIn(uses, span))
      for (let row = 0; row < header.length; row++) {
        const user = uses.headers.user[header[row]!]!
        if (user < 0 || lastStep[user] === step) continue
        const before = lastStep[user]!
        lastStep[user] = step
        users++
        if (before < 0 || steps[before]!.part !== part) continue
        seenBefore++
        if (before === step - 1) seenJustBefore++
      }
    return users === 0 ? [] : [{step, users, seenBefore, seenJustBefore}]
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
  const seenIn = new Int32Array(headers.users)
  let [seen, turn]: [number[], number] = [[], 0]

  function countUsers(some: readonly number[]): number {
    turn++
    let users = 0
    for (const header of some) {
      const user = headers.user[header]!
      if (user < 0 || seenIn[user] === turn) continue
      seenIn[user] = turn
      users++
    }
    return users
  }

  return {
    begin(): void {
      for (const header of seen) runsOf[header] = 0
      seen = []
    },
    add({header, runs}: PieceOfUse): void {
      for (let row = 0; row < header.length; row++) {
        if (runs[row] === 0) continue
        if (runsOf[header[row]!] === 0) seen.push(header[row]!)
        runsOf[header[row]!]! += runs[row]!
      }
    },
    byName(word: HeaderWord): NamedRuns[] {
      const [nameOf, names] = [headers.name[word], headers.names[word]]
      const ofName: number[][] = names.map(() => [])
      for (const header of seen) ofName[nameOf[header]!]!.push(header)
      return names.flatMap((name, place) => {
        const some = ofName[place]!
        if (some.length === 0) return []
        return [{name, runs: some.reduce((sum, header) => sum + runsOf[header]!, 0), users: countUsers(some)}]
      })
    },
  }
}
