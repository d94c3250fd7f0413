import * as v from 'valibot'
import {type Header, header, type OperatingSystem, type ProgramHeader, programHeader} from './header.ts'

/** A key in the style of columns: `isNewSecret` is `is_new_secret`. */
type Snake<Key extends string> = Key extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Key

/** The name of a header value in a flat list: its keys on the wire, in the style of columns, joined by `_`. */
export type HeaderColumn = Snake<Exclude<keyof Header, 'os'> | `os_${keyof OperatingSystem}`>
/** The values as text. A boolean is `true` or null. */
export type HeaderValues = Readonly<Record<HeaderColumn, string | null>>

/** The position of a value on the wire. `innerKey` is null if the value is not in an inner object. */
interface Place {
  readonly column: HeaderColumn
  readonly key: keyof Header
  readonly innerKey: keyof OperatingSystem | null
  readonly isBoolean: boolean
}

const toSnake = (key: string): string => key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** The schema is the only list of the values of a header. */
const places = Object.entries(header.entries).flatMap(([key, {wrapped}]) => {
  const isBoolean = wrapped.type === 'boolean'
  const innerKeys = 'entries' in wrapped ? Object.keys(wrapped.entries) : [null]
  return innerKeys.map(innerKey => {
    const column = toSnake(innerKey === null ? key : `${key}_${innerKey}`)
    return {column, key, innerKey, isBoolean} as Place
  })
})
const placesByKey = Map.groupBy(places, ({key}) => key)

/** One column for each value of a header, in the order of the schema. */
export const headerColumns: readonly HeaderColumn[] = places.map(({column}) => column)

/** Headers in which every value is null or false. */
export const emptyHeader: Header = v.parse(header, {})
export const emptyProgramHeader: ProgramHeader = v.parse(programHeader, {})

/** The values of a header by their columns. Pure. */
export function valuesOfHeader(content: Header): HeaderValues {
  const valueAt = ({key, innerKey}: Place): string | null => {
    const value: string | boolean | OperatingSystem | null = content[key]
    if (typeof value === 'boolean') return value ? 'true' : null
    return typeof value === 'object' && value !== null ? value[innerKey!] : value
  }
  return Object.fromEntries(places.map(place => [place.column, valueAt(place)])) as HeaderValues
}

/** The header with these values. An inner object is null if all its values are null. Pure. */
export function headerOfValues(values: HeaderValues): Header {
  const entries = [...placesByKey].map(([key, [first, ...others]]) => {
    if (first!.isBoolean) return [key, values[first!.column] === 'true']
    if (first!.innerKey === null) return [key, values[first!.column]]
    const inner = [first!, ...others].map(({column, innerKey}) => [innerKey, values[column]] as const)
    return [key, inner.every(([, value]) => value === null) ? null : Object.fromEntries(inner)]
  })
  return Object.fromEntries(entries)
}
