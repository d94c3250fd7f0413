import type {FeatureStats, Stats, Usage} from '../model/model.ts'
import {hideSmall, minUsers} from './public.ts'

/** Answers without cells about few people, and what is missing from them. */
export interface WithoutSmallCells {
  readonly stats: Stats
  /** Labels of the periods that are left out. */
  readonly hiddenPeriods: readonly string[]
  /** Rows of versions, systems, features and the like that are left out. */
  readonly hiddenRows: number
}

/**
 * Takes what is about fewer than five users out of answers that are to be handed on: periods, rows, and with each the next
 * smallest; values of fields, readable names of systems, exit codes, new and lost users, and the longest runs altogether.
 * Null when the answers as a whole are about so few. Pure.
 *
 * One document is meant: unlike what everybody may ask for, its range is chosen by its author, and whoever compares two
 * of them can subtract.
 */
export function hideSmallCells(stats: Stats): WithoutSmallCells | null {
  if (stats.users.low < minUsers) return null
  const hiddenPeriods = findSmallPeriods(stats)
  const count = {hidden: 0}
  const rows = <T extends {readonly users: number | null}>(all: readonly T[]): T[] => {
    const {rows: shown, hidden} = hideSmall(all)
    count.hidden += hidden
    return [...shown]
  }
  const rowsOrNull = <T extends Usage>(all: readonly T[] | null): T[] | null => (all === null ? null : rows(all))
  const versions = rowsOrNull(stats.versions)
  const features: readonly FeatureStats[] = rows(stats.features)
  const small: Stats = {
    ...withoutPeriods(stats, new Set(hiddenPeriods)),
    ...{versions, features},
    systems: rowsOrNull(stats.systems),
    schedulers: rowsOrNull(stats.schedulers),
    applications: rowsOrNull(stats.applications),
    ...{readableSystems: null, exitCodes: null, fields: null, userFlow: []},
  }
  return {stats: small, hiddenPeriods, hiddenRows: count.hidden}
}

/** Periods without anybody tell nothing about anybody. */
function findSmallPeriods({users, runs}: Stats): string[] {
  const used = users.periods
    .map(({period, value}, index) => ({period, users: value, runs: runs?.periods[index]?.value ?? 0}))
    .filter(one => one.users > 0 || one.runs > 0)
  const {rows} = hideSmall(used)
  return used.filter(one => !rows.includes(one)).map(({period}) => period)
}

function withoutPeriods(stats: Stats, hidden: ReadonlySet<string>): Stats {
  const isShown = ({period}: {readonly period: string}): boolean => !hidden.has(period)
  const keep = <T extends {readonly periods: readonly {readonly period: string}[]} | null>(answer: T): T =>
    answer === null ? answer : {...answer, periods: answer.periods.filter(isShown)}
  const {duration} = stats
  return {
    ...stats,
    users: keep(stats.users),
    hosts: keep(stats.hosts),
    runs: keep(stats.runs),
    scripts: keep(stats.scripts),
    outcomes: keep(stats.outcomes),
    successRate: keep(stats.successRate),
    duration:
      duration === null
        ? null
        : {
            ...duration,
            p99Seconds: null,
            periods: duration.periods.filter(isShown).map(period => ({...period, p99Seconds: null})),
          },
    adoption: stats.adoption?.filter(isShown).map(one => ({...one, versions: hideSmall(one.versions).rows})) ?? null,
  }
}
