import {fieldFilterOf, type StatsFilters, type UnknownFilter, wordFilters, wordOfFilter} from '../model/filters.ts'
import type {StatsFacts} from '../model/source.ts'
import {namedUsage} from './breakdowns.ts'

/** The most values that are named. */
const maxKnown = 10

/**
 * The filters whose value nobody reported in the range, with the values that were reported, the most frequent first.
 *
 * @param all the facts of the same range without filters. Pure.
 */
export function unknownFilters(filters: StatsFilters, all: StatsFacts): UnknownFilter[] {
  const types = Map.groupBy(all.features, ({type}) => type)
  const usesOf = (type: string): number => types.get(type)!.reduce((sum, {count}) => sum + count, 0)
  const values: {readonly name: keyof StatsFilters; readonly names: readonly (string | null)[]}[] = [
    ...wordFilters.map(name => ({
      name,
      names: namedUsage(all.named[wordOfFilter[name]]).map(row => row.name),
    })),
    {name: 'field', names: valuesOfField(filters, all)},
    {name: 'featureType', names: [...types.keys()].sort((a, b) => usesOf(b) - usesOf(a) || (a < b ? -1 : 1))},
  ]
  return values.flatMap(({name, names}) => {
    const value = filters[name]
    const known = names.filter((one): one is string => one !== null)
    return typeof value !== 'string' || known.includes(value) ? [] : [{name, value, known: known.slice(0, maxKnown)}]
  })
}

/** The reported values of the field that is filtered, as filters. */
function valuesOfField(filters: StatsFilters, {valueFields}: StatsFacts): string[] {
  const field = fieldFilterOf(filters)?.name
  const rows = valueFields.filter(({name, value}) => name === field && value !== null)
  return rows.sort((a, b) => b.runs - a.runs).map(({name, value}) => `${name}=${value}`)
}

/** Whether a question with filters found nothing at all. */
export function foundNothing(
  filters: StatsFilters,
  {spans, features}: Pick<StatsFacts, 'spans' | 'features'>,
): boolean {
  const isFiltered = Object.values(filters).some(value => value !== null)
  return isFiltered && features.length === 0 && spans.every(({runs, users}) => runs === 0 && users.high === 0)
}
