import {mergeBounds} from '../../stats/model/bounds.ts'
import type {Before, Count, Stats} from '../../stats/model/model.ts'
import {formatDay, periodsIn} from '../../stats/model/period.ts'
import {rangeOf} from '../../stats/model/query.ts'
import {cellOf, isLarge, minUsers} from '../../stats/public/cells.ts'
import {wideBounds} from '../../stats/public/small-cells.ts'

/** The users and runs of a time. Users are null unless exact; runs are null if a filter on features is set. */
interface Use {
  readonly from: string
  readonly to: string
  readonly users: number | null
  readonly usersLow: number
  readonly usersHigh: number
  readonly runs: number | null
}

/** One reporting year. */
export interface ReportYear extends Use {
  readonly year: string
  /** False for a year in progress. */
  readonly complete: boolean
  /** Whether there is data from its first day. */
  readonly whollyCollected: boolean
  readonly computersLow: number
  readonly computersHigh: number
  readonly successRate: number | null
  /** The runs of this and of all earlier years of the table. */
  readonly runsSoFar: number | null
  readonly compared: Comparison
}

/** A year compared with the year before, or a year in progress with the same part of the year before. */
export interface Comparison {
  /** The days of the year before; null if nothing is compared. */
  readonly from: string | null
  readonly to: string | null
  /** A share: 0.29 is 29 % more. Null if unknown; a change of users also unless both numbers are exact. */
  readonly runsChange: number | null
  readonly usersChange: number | null
  /**
   * Why nothing is compared. `first-year`: the table has no earlier one. `not-collected`: the data begin later than that
   * time. `few-users`: few people used the software in the rest of the year before, and a difference would be about them.
   * `gone`: retention removed the data.
   */
  readonly reason: 'first-year' | 'not-collected' | 'few-users' | 'gone' | null
}

/** Reporting years side by side, the earliest first. */
export interface Years {
  readonly rows: readonly ReportYear[]
  /** All years of the table; null for one year. */
  readonly total: Use | null
  /** Years before the first one of the table that are left out, because one of them has few users. */
  readonly leftOut: number
  /** Whether earlier years are missing because retention has left totals that they cut. */
  readonly areEarlierGone: boolean
}

/** What is asked besides the range of a report. */
export interface YearAnswers {
  /** Every reporting year up to the end of the range, by year. */
  readonly byYear: Stats
  /** The rest of the year before a year in progress: what its like part leaves. Null if there is none. */
  readonly rest: Stats | null
}

/**
 * Makes the table of years for the report about the last of them. Years are shown back to the first one that may have
 * fewer than five users: as no total contains that one or an earlier one, none can be found by subtracting. Null if the
 * last one has few users. Pure.
 */
export function listYears(last: Stats, {byYear, rest}: YearAnswers, nowMs: number): Years | null {
  const periods = periodsIn(rangeOf(byYear), 'year', nowMs, byYear.from.slice(5))
  const firstShown = byYear.users.periods.findLastIndex(one => !isShown(one)) + 1
  if (firstShown === periods.length) return null
  const rows: ReportYear[] = []
  for (const [index, {label, span, complete}] of periods.entries()) {
    if (index < firstShown) continue
    const before = rows.at(-1)
    const use = {
      from: formatDay(span.fromMs),
      to: formatDay(span.toMs - 1),
      ...usersOf(byYear.users.periods[index]!),
      runs: byYear.runs?.periods[index]?.value ?? null,
    }
    const hosts = byYear.hosts.periods[index]!
    rows.push({
      year: label,
      ...use,
      complete,
      whollyCollected: byYear.since !== null && byYear.since <= use.from,
      computersLow: hosts.low,
      computersHigh: hosts.high,
      successRate: byYear.successRate?.periods[index]?.value ?? null,
      runsSoFar: use.runs === null ? null : use.runs + (before?.runsSoFar ?? 0),
      compared:
        before === undefined
          ? notCompared('first-year')
          : complete
            ? compareYears(use, before)
            : comparePart(last.trend.yearBefore, rest, before),
    })
  }
  return {
    rows,
    total: totalOf(rows, firstShown === 0 ? byYear.users : null),
    leftOut: firstShown,
    areEarlierGone: byYear.since !== null && byYear.since < byYear.from,
  }
}

/** A year without any use reveals nothing. */
const isShown = (year: Stats['users']['periods'][number]): boolean =>
  (year.high === 0 && year.runsWithUser === 0) || isLarge(cellOf(year))

function usersOf(count: Pick<Count, 'low' | 'high' | 'exact'>): Pick<Use, 'users' | 'usersLow' | 'usersHigh'> {
  const {low, high, exact} = wideBounds(count)
  return {users: exact ? low : null, usersLow: low, usersHigh: high}
}

function compareYears(now: Use, before: ReportYear): Comparison {
  if (!before.whollyCollected) return notCompared('not-collected')
  return {
    from: before.from,
    to: before.to,
    runsChange: changeOf(before.runs, now.runs),
    usersChange: changeOf(before.users, now.users),
    reason: null,
  }
}

/** Compares a year in progress with the same part of the year before, if that says nothing about few people. */
function comparePart(part: Stats['trend']['yearBefore'], rest: Stats | null, before: ReportYear): Comparison {
  if (part.reason !== null) return notCompared(part.reason === 'too-long' ? 'not-collected' : part.reason)
  if (!areBothLarge(part, rest, before)) return notCompared('few-users')
  const {runsChange, usersChange} = part
  return {from: part.from.slice(0, 10), to: lastDayOf(part), runsChange, usersChange, reason: null}
}

/** Whether the part has many users, and the rest of its year has as many or no use at all. */
function areBothLarge(part: Before, rest: Stats | null, before: ReportYear): boolean {
  const {usersLow: low, usersHigh: high} = part
  if (low === null || high === null || !isLarge(cellOf({...part, low, high, exact: part.usersExact}))) return false
  const isNothing = part.runs === before.runs && low === before.usersLow && high === before.usersHigh
  return isNothing || (rest !== null && isLarge(cellOf(rest.users)))
}

const lastDayOf = ({to}: Before): string => formatDay(Date.parse(to) - 1)

const notCompared = (reason: NonNullable<Comparison['reason']>): Comparison => ({
  from: null,
  to: null,
  runsChange: null,
  usersChange: null,
  reason,
})

const changeOf = (before: number | null, now: number | null): number | null =>
  before === null || now === null || before === 0 ? null : (now - before) / before

/** All years of the table. A known number of different people is left out if it is few more than those of one year. */
function totalOf(rows: readonly ReportYear[], counted: Count | null): Use | null {
  if (rows.length < 2) return null
  const isFewMore = ({usersHigh}: ReportYear): boolean => {
    const others = (counted?.low ?? 0) - usersHigh
    return others > 0 && others < minUsers
  }
  const sum = mergeBounds(rows.map(({usersLow, usersHigh}) => ({low: usersLow, high: usersHigh})))
  const isKnown = counted?.exact === true && !rows.some(isFewMore)
  return {
    from: rows[0]!.from,
    to: rows.at(-1)!.to,
    ...usersOf(isKnown ? counted : {...sum, exact: sum.low === sum.high}),
    runs: rows.at(-1)!.runsSoFar,
  }
}
