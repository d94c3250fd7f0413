import type {NamedUsage} from '../model/breakdowns.ts'
import type {Adoption, CiStats} from '../model/model.ts'
import type {Period} from '../model/period.ts'
import type {NamedRuns, StatsFacts} from '../model/source.ts'
import {usageOf} from './unique.ts'

/** Sorts a breakdown by runs, most first, then by name. Among equals, the unknown name is last. Pure. */
export function namedUsage(named: readonly NamedRuns[]): NamedUsage[] {
  const sorted = [...named].sort((a, b) => b.runs - a.runs || compareNames(a.name, b.name))
  return sorted.map(({name, ...row}) => ({name, ...usageOf(row)}))
}

function compareNames(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return a < b ? -1 : 1
}

/** The versions of each period. Pure. */
export function adoptionOf(periods: readonly Period[], facts: StatsFacts['adoption']): Adoption[] {
  const byPeriod = Map.groupBy(facts, ({period}) => period)
  return periods.map(({label, complete}, index) => ({
    period: label,
    versions: namedUsage(byPeriod.get(index) ?? []).map(({name, ...usage}) => ({version: name, ...usage})),
    complete,
  }))
}

/** The runs of CI, their share of all runs, and their vendors. Pure. */
export function ciStats(named: readonly NamedRuns[]): CiStats {
  const sum = (some: readonly {readonly runs: number}[]): number => some.reduce((total, {runs}) => total + runs, 0)
  const vendors = namedUsage(named).flatMap(({name, runs: ofVendor}) => (name === null ? [] : [{name, runs: ofVendor}]))
  const runs = sum(vendors)
  const all = sum(named)
  return {runs, share: all === 0 ? null : runs / all, vendors}
}
