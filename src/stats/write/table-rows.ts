import type {AnswerKey} from '../model/answers.ts'
import type {Usage} from '../model/breakdowns.ts'
import type {Before, Stats} from '../model/model.ts'
import {type OutcomesOf, outcomeNames} from '../model/outcomes.ts'
import type {Cell} from './table.ts'

type Rows = readonly (readonly Cell[])[] | null

/** The rows of answers whose items cannot be rows directly. Null if a filter makes the answer impossible. */
export const tableRows: Readonly<Partial<Record<AnswerKey, (stats: Stats) => Rows>>> = {
  filters: ({filters}) =>
    Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  trend: ({trend: {previous, yearBefore, runsChange, usersChange}}) => [
    trendRow('previous', previous, {runsChange, usersChange}),
    trendRow('yearBefore', yearBefore, yearBefore),
  ],
  commonestFault: ({commonestFault: fault, outcomes}) => {
    if (outcomes === null) return null
    return fault === null ? [] : [[fault.exitCode, fault.signal, fault.runs]]
  },
  versionOutcomes: ({versionOutcomes}) => versionOutcomes?.map(one => [one.version, ...outcomeCells(one)]) ?? null,
  featureOutcomes: ({featureOutcomes}) =>
    featureOutcomes?.map(one => [one.type, one.name, ...outcomeCells(one)]) ?? null,
  featureVersionOutcomes: ({featureVersionOutcomes}) =>
    featureVersionOutcomes?.map(one => [one.type, one.name, one.version, ...outcomeCells(one)]) ?? null,
  conspicuous: ({conspicuous}) =>
    conspicuous?.map(({faults, ...one}) => [
      ...[one.version, one.type, one.name, one.runs, one.failures, one.failureShare, one.otherRuns, one.otherShare],
      ...faultCells(faults),
    ]) ?? null,
  unusedFeatures: ({unusedFeatures}) => unusedFeatures?.map(name => [name]) ?? null,
  adoption: ({adoption, ...stats}) =>
    adoption?.flatMap(({period, versions, complete}) =>
      versions.map(({version, runs, ...people}) => [
        ...[period, firstDaysOf(stats)(period), version, runs, ...peopleCells(people), complete],
      ]),
    ) ?? null,
  upgrades: ({upgrades}) =>
    upgrades?.versions.map(({version, users, share, usersUpTo, shareUpTo, firstDay, halfAfterDays}) => [
      ...[upgrades.month, version, users, share, usersUpTo, shareUpTo, firstDay, halfAfterDays],
    ]) ?? null,
  ci: ({ci, runs}) => {
    const all = runs?.total ?? 0
    return ci?.vendors.map(({name, runs: count}) => [name, count, all === 0 ? null : count / all]) ?? null
  },
  fields: ({fields}) =>
    fields === null
      ? null
      : Object.entries(fields).map(([name, {n, mean, median, max, ...people}]) => [
          ...[name, n, mean, median, max],
          ...peopleCells(people),
        ]),
  fieldValues: ({fields}) =>
    fields === null
      ? null
      : Object.entries(fields).flatMap(([name, {values}]) =>
          (values ?? []).map(({value, runs, ...people}): Cell[] => [name, String(value), runs, ...peopleCells(people)]),
        ),
  fieldPeriods: ({fields, ...stats}) =>
    fields === null
      ? null
      : Object.entries(fields).flatMap(([name, {periods}]) =>
          periods.flatMap(({period, n, mean, median, max, values, complete, ...people}) => {
            const when = [period, firstDaysOf(stats)(period), name] as const
            const numbers = [...when, null, n, ...peopleCells(people), mean, median, max, complete]
            const counted = values?.map(({value, runs, ...some}): Cell[] => [
              ...[...when, String(value), runs, ...peopleCells(some), null, null, null, complete],
            ])
            return counted ?? (n === 0 ? [] : [numbers])
          }),
        ),
  quality: ({quality: {erased, tables: _, lastReport: __, ...counts}}) => [
    ['erasedRuns', erased?.runs ?? null, null],
    ['erasedFeatures', erased?.features ?? null, null],
    ...Object.entries(counts).map(([name, value]): Cell[] =>
      days.includes(name) ? [name, null, value] : [name, value, null],
    ),
  ],
  tables: ({quality: {tables}}) => (tables ?? []).map(({name, bytes, rows}) => [name, bytes, rows]),
}

const peopleCells = ({users, usersLow, usersHigh, runsWithoutUser, daysWithoutUser}: Omit<Usage, 'runs'>): Cell[] => [
  ...[users, usersLow, usersHigh, runsWithoutUser, daysWithoutUser],
]

/** How some runs ended, and their most common fault. */
const outcomeCells = ({runs, successRate, faults, ...outcomes}: OutcomesOf): Cell[] => [
  runs,
  ...outcomeNames.map(name => outcomes[name]),
  successRate,
  ...faultCells(faults),
]

function faultCells([fault]: OutcomesOf['faults']): Cell[] {
  const {exitCode = null, signal = null, runs = null, share = null} = fault ?? {}
  return [exitCode, signal, runs, share]
}

/** The values of the quality that are days. */
const days: readonly string[] = ['featuresSince', 'runsSince', 'diskFullOn'] satisfies (keyof Stats['quality'])[]

/** Finds the first day of a period by its label. Null for another text. */
export function firstDaysOf({periods}: Pick<Stats, 'periods'>): (period: string) => string | null {
  const known = new Map(periods.map(({period, from}) => [period, from]))
  return period => known.get(period) ?? null
}

function trendRow(name: string, before: Before, changes: Pick<Stats['trend'], 'runsChange' | 'usersChange'>): Cell[] {
  const {from, to, reason, runs, users, usersExact, usersLow, usersHigh} = before
  const {runsWithUser, runsWithoutUser, daysWithoutUser} = before
  const people = [users, usersExact, usersLow, usersHigh, runsWithUser, runsWithoutUser, daysWithoutUser]
  return [name, from, to, reason, runs, ...people, changes.runsChange, changes.usersChange]
}
