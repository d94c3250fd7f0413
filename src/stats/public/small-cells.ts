import type {AnswerRow} from '../model/answer-row.ts'
import {answers} from '../model/answers.ts'
import type {Adoption, DurationStats, Stats} from '../model/model.ts'
import {hideSmall, minUsers} from './public.ts'

/** Answers without cells of few people, and a summary of what was left out. */
export interface WithoutSmallCells {
  readonly stats: Stats
  /** Labels of the periods that are left out. */
  readonly hiddenPeriods: readonly string[]
  /** How many rows of versions, systems, features and the like are left out. */
  readonly hiddenRows: number
}

/**
 * Removes everything about fewer than five users from answers for a report to share. `report` in the registry of
 * answers decides what remains of each answer. The longest runs are removed too. Returns null if the whole range may
 * have fewer than five users. Pure.
 *
 * Made for one document. Its author chooses the range, so somebody who has two documents can subtract one from the
 * other.
 */
export function hideSmallCells(stats: Stats): WithoutSmallCells | null {
  if (stats.users.low < minUsers) return null
  const hiddenPeriods = findSmallPeriods(stats)
  const hidden: Hidden = {periods: new Set(hiddenPeriods), rows: 0}
  const remaining = answers
    .filter(row => row.key in stats && !alwaysKept.includes(row.key))
    .map(row => [row.key, whatRemains(row, stats[row.key as keyof Stats], hidden)])
  const small: Stats = {...stats, ...Object.fromEntries(remaining)}
  const withoutLongest = {...small, userFlow: [], duration: withoutLongestRuns(small.duration)}
  return {stats: withoutLongest, hiddenPeriods, hiddenRows: hidden.rows}
}

/** Pages need these. No figure of a report shows the quality. */
const alwaysKept: readonly string[] = ['filters', 'quality']

interface Hidden {
  readonly periods: ReadonlySet<string>
  rows: number
}

function whatRemains({report, key}: AnswerRow, answer: unknown, hidden: Hidden): unknown {
  if (answer === null || report === undefined) return null
  if (report === 'whole') return answer
  if (report === 'periods') return withoutPeriods(answer as OverTime, hidden)
  if (key === 'adoption') return smallAdoption(answer as readonly Adoption[], hidden)
  const {rows, hidden: count} = hideSmall(answer as readonly {readonly users: number | null}[])
  hidden.rows += count
  return rows
}

interface OverTime {
  readonly periods: readonly {readonly period: string}[]
}

const withoutPeriods = (answer: OverTime, {periods}: Hidden): OverTime => ({
  ...answer,
  periods: answer.periods.filter(({period}) => !periods.has(period)),
})

const smallAdoption = (adoption: readonly Adoption[], {periods}: Hidden): Adoption[] =>
  adoption.filter(({period}) => !periods.has(period)).map(one => ({...one, versions: hideSmall(one.versions).rows}))

function withoutLongestRuns(duration: DurationStats | null): DurationStats | null {
  if (duration === null) return null
  const periods = duration.periods.map(period => ({...period, p99Seconds: null}))
  return {...duration, p99Seconds: null, periods}
}

/** A period without users and runs reveals nothing. */
function findSmallPeriods({users, runs}: Stats): string[] {
  const used = users.periods
    .map(({period, value}, index) => ({period, users: value, runs: runs?.periods[index]?.value ?? 0}))
    .filter(one => one.users > 0 || one.runs > 0)
  const {rows} = hideSmall(used)
  return used.filter(one => !rows.includes(one)).map(({period}) => period)
}
