import {
  headerWords,
  type NamedFacts,
  type NamedRuns,
  type SpanFacts,
  type Step,
  type StepFacts,
} from '../../stats/source.ts'
import type {Span} from '../../stats/span.ts'
import {type KnownHeader, type Uses, usesIn} from './uses.ts'

type SpanUses = Pick<SpanFacts, 'runs' | 'ciRuns' | 'users' | 'hosts' | 'usersOnSeveralDays' | 'hostsOnSeveralDays'>

/** Makes the function that counts the runs and the people of a span. */
export function createSpanCounter(uses: Uses): (span: Span) => SpanUses {
  const users = createDayCounter(uses.users)
  const hosts = createDayCounter(uses.hosts)
  return span => {
    users.begin()
    hosts.begin()
    let [runs, ciRuns] = [0, 0]
    for (const {header, runs: more, firstDay, lastDay} of usesIn(uses, span)) {
      runs += more
      if (header.names.ci !== null) ciRuns += more
      users.see(header.user, firstDay, lastDay)
      hosts.see(header.host, firstDay, lastDay)
    }
    const [ofUsers, ofHosts] = [users.counts(), hosts.counts()]
    return {
      ...{runs, ciRuns, users: ofUsers.all, usersOnSeveralDays: ofUsers.onSeveralDays},
      ...{hosts: ofHosts.all, hostsOnSeveralDays: ofHosts.onSeveralDays},
    }
  }
}

/** Counts different numbers, and those that were seen on several days, one span after another in the same memory. */
function createDayCounter(size: number) {
  const [seenIn, first, last] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)]
  let [turn, all, onSeveralDays] = [0, 0, 0]
  return {
    begin(): void {
      turn++
      all = 0
      onSeveralDays = 0
    },
    see(who: number, firstDay: number, lastDay: number): void {
      if (who < 0) return
      const isNew = seenIn[who] !== turn
      const hadSeveral = !isNew && first[who]! < last[who]!
      first[who] = isNew ? firstDay : Math.min(first[who]!, firstDay)
      last[who] = isNew ? lastDay : Math.max(last[who]!, lastDay)
      seenIn[who] = turn
      if (isNew) all++
      if (!hadSeveral && first[who]! < last[who]!) onSeveralDays++
    },
    counts: () => ({all, onSeveralDays}),
  }
}

/** Who of the users of each step was seen before in the same part. Steps without users are left out. */
export function countSteps(uses: Uses, steps: readonly Step[]): StepFacts[] {
  const lastStep = new Int32Array(uses.users).fill(-1)
  return steps.flatMap(({part, ...span}, step) => {
    const counts = {step, users: 0, seenBefore: 0, seenJustBefore: 0}
    for (const {header} of usesIn(uses, span)) {
      const {user} = header
      if (user < 0 || lastStep[user] === step) continue
      const before = lastStep[user]!
      lastStep[user] = step
      counts.users++
      if (before >= 0 && steps[before]!.part === part) counts.seenBefore++
      if (before === step - 1 && before >= 0 && steps[before]!.part === part) counts.seenJustBefore++
    }
    return counts.users === 0 ? [] : [counts]
  })
}

type Adoption = readonly (NamedRuns & {readonly period: number})[]

/** Runs and users by what headers say, over all periods, and by version in each of them. */
export function countNamed(
  uses: Uses,
  periods: readonly Span[],
): {readonly named: NamedFacts; readonly adoption: Adoption} {
  const ofAll = new Map<KnownHeader, number>()
  const adoption = periods.flatMap((span, period) => {
    const ofPeriod = new Map<KnownHeader, number>()
    for (const {header, runs} of usesIn(uses, span)) {
      if (runs === 0) continue
      ofPeriod.set(header, (ofPeriod.get(header) ?? 0) + runs)
      ofAll.set(header, (ofAll.get(header) ?? 0) + runs)
    }
    return countByName(ofPeriod, ({names}) => names.version).map(counts => ({period, ...counts}))
  })
  const byWord = headerWords.map(word => [word, countByName(ofAll, ({names}) => names[word])])
  return {named: Object.fromEntries(byWord) as NamedFacts, adoption}
}

function countByName(
  runsOf: ReadonlyMap<KnownHeader, number>,
  nameOf: (header: KnownHeader) => string | null,
): NamedRuns[] {
  const counts = new Map<string | null, {runs: number; readonly users: Set<number>}>()
  for (const [header, runs] of runsOf) {
    const name = nameOf(header)
    const count = counts.get(name) ?? {runs: 0, users: new Set()}
    counts.set(name, count)
    count.runs += runs
    if (header.user >= 0) count.users.add(header.user)
  }
  return [...counts].map(([name, {runs, users}]) => ({name, runs, users: users.size}))
}
