import {
  fieldFilterOf,
  isAgentChosen,
  type StatsFilters,
  wordFilters,
  wordOfFilter,
} from '../../../../stats/model/filters.ts'
import {columnOfWord} from '../../../../stats/model/header-words.ts'
import type {Span} from '../../../../stats/model/span.ts'

/** A condition, and the values that it names as `{name:Type}`. */
export interface Condition {
  readonly sql: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** A literal list of whole numbers. It is never text from outside, and may be too long for a parameter. */
export const numbers = (list: readonly number[], type = 'Int64'): string =>
  `CAST([${list.join(',')}], 'Array(${type})')`

/** A literal list of lists of whole numbers from 0. */
export const lists = (all: readonly (readonly number[])[]): string =>
  `CAST([${all.map(list => `[${list.join(',')}]`).join(',')}], 'Array(Array(UInt32))')`

/** The conditions of an instant in a span. */
export const within = ({fromMs, toMs}: Span, at = 'at'): readonly string[] => [`${at} >= ${fromMs}`, `${at} < ${toMs}`]

/**
 * Whether all conditions are 1, and whether any is; each is 0 or 1, never null. For queries around subqueries: the server
 * compares each part of an `AND` or `OR` with all subqueries below it, for longer than a small question runs.
 */
export const every = (...conditions: readonly string[]): string => `least(${conditions.join(', ')})`
export const some = (...conditions: readonly string[]): string => `greatest(${conditions.join(', ')})`

/** Whether a filter chooses a row by its header: a condition on columns with the names of header columns. */
export function chooses(filters: StatsFilters): Condition {
  const parts: string[] = ['1']
  const parameters: Record<string, unknown> = {}
  const equals = (column: string, name: string, value: string): void => {
    parts.push(`${column} = {${name}:String}`)
    parameters[name] = value
  }
  for (const filter of wordFilters) {
    const value = filters[filter]
    if (value !== null) equals(columnOfWord[wordOfFilter[filter]], filter, value)
  }
  if (filters.ci !== null) parts.push(`ci IS ${filters.ci === 'only' ? 'NOT ' : ''}NULL`)
  const {agent} = filters
  if (agent !== null) {
    if (isAgentChosen(filters, null)) parts.push('agent IS NULL')
    else if (agent === 'only') parts.push('agent IS NOT NULL')
    else equals('agent', 'agent', agent)
  }
  return {sql: parts.map(part => `ifNull(${part}, 0)`).join(' AND '), parameters}
}

/** The types of numbers in JSON. */
export const numberTypes = [`'Int64'`, `'UInt64'`, `'Double'`] as const

/** Whether a filter chooses a run: a condition on its header, and on `start_fields` and `end_fields`. */
export function choosesRun(filters: StatsFilters): Condition {
  const byHeader = chooses(filters)
  const field = fieldFilterOf(filters)
  if (field === null) return byHeader
  const name = '{fieldName:String}'
  // If start and end report the field, the value of the end counts.
  const json = `if(JSONHas(end_fields, ${name}), end_fields, start_fields)`
  const type = `JSONType(${json}, ${name})`
  const isText = `${type} IN ('String', 'Bool') AND if(${type} = 'String', JSONExtractString(${json}, ${name}), JSONExtractRaw(${json}, ${name})) = {fieldText:String}`
  const isNumber = `${type} IN (${numberTypes.join(', ')}) AND JSONExtractFloat(${json}, ${name}) = {fieldNumber:Float64}`
  const isAsked = Number.isNaN(field.number) ? isText : `((${isText}) OR (${isNumber}))`
  return {
    sql: `${byHeader.sql} AND ${isAsked}`,
    parameters: {
      ...byHeader.parameters,
      ...{fieldName: field.name, fieldText: field.value},
      ...(!Number.isNaN(field.number) && {fieldNumber: field.number}),
    },
  }
}

/** Whether a filter chooses a use of a feature, beside its header. */
export function choosesFeature({featureType, internal}: StatsFilters): Condition {
  const parts = ['1']
  if (featureType !== null) parts.push('type = {featureType:String}')
  if (internal !== null) parts.push(`is_internal = ${Number(internal)}`)
  return {sql: parts.join(' AND '), parameters: featureType === null ? {} : {featureType}}
}

/** A number that is the same for equal texts. Two of a million texts share one with odds of 3 in 100 million. */
export const hash = (text: string): string => `if(isNull(${text}), 0, cityHash64(assumeNotNull(${text})))`

/**
 * A subquery on local tables (`database.name`), as a table of the rows of all shards. A view is planned apart: a query with
 * nested subqueries would be planned for longer than it runs.
 */
export const onShards = ({cluster}: {readonly cluster: string | null}, query: string): string =>
  cluster === null ? `view(${query})` : `cluster('${cluster}', view(${query}))`

/**
 * How these queries are read: a name is a column before it is an alias. A large count is written to disk, a larger one is
 * refused.
 */
export const settings = ` SETTINGS prefer_column_name_to_alias = 1, max_memory_usage = 4000000000,
  max_bytes_before_external_group_by = 1000000000`
