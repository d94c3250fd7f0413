import type {ImportRecord} from './format.ts'

type Json = Readonly<Record<string, unknown>>

/** A record, or what is wrong where one should be. */
export type FoundRecord = ImportRecord | {readonly line: number; readonly problem: string}

/** Levels of nesting; pages have four. What reads and writes JSON ends with the stack of the process. */
const maxDepth = 32

/**
 * Gives the startups and features of one JSON document: a page of Mantid's API (`{"results": […]}`), a list, or one of
 * them alone. A list of features becomes one record for each. Pure but for `seen`, which counts what has no id.
 *
 * @param before results of the same file that came before
 */
export function mantidRecords(document: unknown, before: number, seen: Map<string, number>): FoundRecord[] {
  return listed(document).map((one, index) => {
    const line = before + index + 1
    if (isDeeperThan(one, maxDepth)) return {line, problem: 'is nested too deeply'}
    const text = JSON.stringify(one)
    if (!isFeature(one)) return {line, text}
    const key = featureKey(one)
    const occurrence = (seen.get(key) ?? 0) + 1
    seen.set(key, occurrence)
    return {line, text, occurrence}
  })
}

function listed(document: unknown, depth = maxDepth): unknown[] {
  const each = (list: unknown[]) => list.flatMap(one => listed(one, depth - 1))
  if (depth === 0) return [document]
  if (Array.isArray(document)) return each(document)
  if (!isObject(document)) return [document]
  for (const key of ['results', 'usages']) if (Array.isArray(document[key])) return each(document[key])
  const {features, ...shared} = document
  if (!Array.isArray(features)) return [document]
  return features.map(feature => (isObject(feature) ? {...shared, ...feature} : feature))
}

const isDeeperThan = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some(inner => isDeeperThan(inner, levels - 1)))

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A startup has no name. */
export const isFeature = (value: unknown): value is Json => isObject(value) && Object.hasOwn(value, 'name')

/** What Mantid's server adds counts of: the row of its table, whatever its count is at the moment. */
export function featureKey({type, name, internal, application, mantidVersion, start, id, url}: Json): string {
  return JSON.stringify([type, name, internal, application, mantidVersion, start, id, url])
}
