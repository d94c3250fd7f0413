import type {ImportRecord} from './format.ts'

type Json = Readonly<Record<string, unknown>>

/** A record, or the problem that prevents reading it. */
export type FoundRecord = ImportRecord | {readonly line: number; readonly problem: string}

/** The most levels of nesting. Pages have four. Deeper JSON could overflow the stack. */
const maxDepth = 32

/**
 * Returns the startups and features of one JSON document: a page of Mantid's API (`{"results": […]}`), a list, or a
 * single one. A list of features becomes one record for each feature. Pure, except that it counts equal features in
 * `seen`.
 *
 * @param before number of earlier results of the same file
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

/** Whether a result is a feature. Startups have no name. */
export const isFeature = (value: unknown): value is Json => isObject(value) && Object.hasOwn(value, 'name')

/** The key of a row in the table of Mantid's server: everything but its count, which the server increases. */
export function featureKey({type, name, internal, application, mantidVersion, start, id, url}: Json): string {
  return JSON.stringify([type, name, internal, application, mantidVersion, start, id, url])
}
