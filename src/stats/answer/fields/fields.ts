import {UsageError} from '../../../errors.ts'
import {isNumberType} from '../../../protocol/project/declaration.ts'
import type {ProjectFile} from '../../../protocol/project/project-file.ts'
import {describeValue} from '../../../protocol/values/problem.ts'
import type {Usage} from '../../model/breakdowns.ts'
import {fieldFilterOf, type StatsFilters} from '../../model/filters.ts'
import type {FieldCounts, FieldStats, FieldValue} from '../../model/model.ts'
import type {Period} from '../../model/period.ts'
import type {StatsFacts, ValueFieldFacts} from '../../model/source.ts'
import {usageOf} from '../unique.ts'

type FieldFacts = StatsFacts['fieldPeriods'][number]

/** Every declared field, also those that no run has. Pure. */
export function fieldStats(
  {fields}: ProjectFile,
  periods: readonly Period[],
  facts: FieldFacts & Pick<StatsFacts, 'fieldPeriods'>,
): Readonly<Record<string, FieldStats>> {
  const ofRange = countFields(facts)
  const ofPeriods = facts.fieldPeriods.map(countFields)
  return Object.fromEntries(
    Object.entries(fields).map(([name, {type}]): [string, FieldStats] => {
      const isNumber = isNumberType(type)
      const over = periods.map(({label, complete}, place) => ({
        period: label,
        ...ofPeriods[place]!(name, isNumber),
        complete,
      }))
      return [name, {...ofRange(name, isNumber), periods: over}]
    }),
  )
}

const noUse: Usage = {runs: 0, users: 0, usersLow: 0, usersHigh: 0, runsWithoutUser: 0, daysWithoutUser: 0}
const noNumbers = {mean: null, median: null, max: null}

/** Makes the function that counts one field of a time. */
function countFields({numberFields, valueFields}: FieldFacts): (name: string, isNumber: boolean) => FieldCounts {
  const numbers = new Map(numberFields.map(field => [field.name, field]))
  const byName = Map.groupBy(valueFields, field => field.name)
  return (name, isNumber) => {
    const rows = byName.get(name) ?? []
    const all = rows.find(({value}) => value === null)
    const {runs: n, ...people} = all === undefined ? noUse : usageOf(all)
    const {mean, median, max} = numbers.get(name) ?? noNumbers
    return {n, mean, median, max, ...people, values: isNumber ? null : valuesOf(rows)}
  }
}

/** The values of a field, the most frequent first. */
function valuesOf(rows: readonly ValueFieldFacts[]): FieldValue[] {
  const values = rows.flatMap(({value, ...row}) => (value === null ? [] : [{value, ...usageOf(row)}]))
  return values.sort((a, b) => b.runs - a.runs || (String(a.value) < String(b.value) ? -1 : 1))
}

/** Throws USAGE_QUERY_INVALID for a filter on a field that the project does not declare. Pure. */
export function requireDeclaredField({fields}: ProjectFile, filters: StatsFilters): void {
  const filter = fieldFilterOf(filters)
  if (filter === null || Object.hasOwn(fields, filter.name)) return
  const declared = Object.keys(fields).join(', ')
  throw new UsageError('USAGE_QUERY_INVALID', `the project declares no field ${describeValue(filter.name)}`, {
    next: declared === '' ? 'The project declares no fields.' : `Choose one of its fields: ${declared}.`,
  })
}
