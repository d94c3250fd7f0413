import type {Bounds} from '../model/bounds.ts'
import type {Usage, UserBounds} from '../model/breakdowns.ts'
import type {
  Count,
  Measure,
  PeopleMeasure,
  PeriodValue,
  RunsByUser,
  UncertainUsers,
  UserMeasure,
} from '../model/model.ts'
import type {Period} from '../model/period.ts'
import type {NamedRuns, SpanFacts, WithoutUser} from '../model/source.ts'
import type {Span} from '../model/span.ts'

/** Counts over a range and each of its periods, with bounds where they are not exact. */
export interface UniqueCounter {
  users(): UserMeasure
  hosts(): PeopleMeasure
  runs(): Measure<number>
  scripts(): Measure
}

/** Makes a counter over the facts of the range and its periods. */
export function createCounter(at: (span: Span) => SpanFacts, range: Span, periods: readonly Period[]): UniqueCounter {
  const overTime = <T extends Count, More extends object>(
    countIn: (facts: SpanFacts) => T,
    more: (facts: SpanFacts) => More,
  ) => ({
    ...countIn(at(range)),
    ...more(at(range)),
    periods: periods.map(period => ({
      ...periodValue(period, countIn(at(period.span))),
      ...more(at(period.span)),
    })),
  })
  return {
    users: () => overTime(countUsers, facts => ({...runsByUser(facts), onSeveralDays: usersOnSeveralDays(facts)})),
    hosts: () => overTime(countHosts, facts => ({onSeveralDays: hostsOnSeveralDays(facts)})),
    runs: () =>
      overTime(
        ({runs}) => exactCount(runs),
        () => ({}),
      ),
    scripts: () =>
      overTime(
        ({scripts}) => countOf(scripts),
        () => ({}),
      ),
  }
}

/** The users of a span. Pure. */
export const countUsers = (facts: SpanFacts): Count => countOf(withUnknown(facts.users, facts.usesWithoutUser))

const countHosts = ({hosts, usesWithoutHost}: SpanFacts): Count => countOf(withUnknown(hosts, usesWithoutHost))

type NumbersByUser = {readonly [Key in keyof RunsByUser]: number}

/** How many runs of a span say who started them. Pure. */
export const runsByUser = ({usesWithUser, usesWithoutUser, daysWithoutUser}: SpanFacts): NumbersByUser => ({
  runsWithUser: usesWithUser,
  runsWithoutUser: usesWithoutUser,
  daysWithoutUser,
})

/** Every use that does not say who may be of somebody else, or of somebody who is known. */
const withUnknown = ({low, high}: Bounds, unknown: number): Bounds => ({low, high: high + unknown})

/** One more use makes at most one more person somebody who was seen on several days. */
const severalDays = (several: Bounds, all: Bounds, unknown: number): Count =>
  countOf({low: several.low, high: Math.min(all.high + unknown, several.high + unknown)})

const usersOnSeveralDays = ({users, usersOnSeveralDays: several, usesWithoutUser}: SpanFacts): Count =>
  severalDays(several, users, usesWithoutUser)

const hostsOnSeveralDays = ({hosts, hostsOnSeveralDays: several, usesWithoutHost}: SpanFacts): Count =>
  severalDays(several, hosts, usesWithoutHost)

/** The users of a span who may not be people of their own. Runs that do not say who are not of them. Pure. */
export function uncertainUsers({usersOnlyAgents, usersOnlyNewHomes}: SpanFacts): UncertainUsers[] {
  const kinds = {'only-agents': usersOnlyAgents, 'only-new-homes': usersOnlyNewHomes} as const
  return Object.entries(kinds).flatMap(([kind, bounds]) => {
    const {total, low, high} = countOf(bounds)
    return high === 0 ? [] : [{kind: kind as UncertainUsers['kind'], users: total, usersLow: low, usersHigh: high}]
  })
}

/** The users of one row of a table. Pure. */
export function userBounds(users: Bounds, {usesWithoutUser}: WithoutUser): UserBounds {
  const {total, low, high} = countOf(withUnknown(users, usesWithoutUser))
  return {users: total, usersLow: low, usersHigh: high}
}

/** The runs and users of one row of a table. Pure. */
export const usageOf = ({runs, users, usesWithoutUser, daysWithoutUser}: Omit<NamedRuns, 'name'>): Usage => ({
  runs,
  ...userBounds(users, {usesWithoutUser, daysWithoutUser}),
  runsWithoutUser: usesWithoutUser,
  daysWithoutUser,
})

function countOf({low, high}: Bounds): Count {
  const exact = low === high
  return {total: exact ? low : null, exact, low, high}
}

/** An exact count, of things without pseudonyms. */
const exactCount = (total: number): Count<number> => ({total, exact: true, low: total, high: total})

function periodValue<T extends Count>({label, complete}: Period, count: T) {
  const {total, exact, low, high} = count
  return {period: label, value: total as T['total'], complete, exact, low, high} satisfies PeriodValue
}
