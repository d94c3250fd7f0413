import type {ImportRecord} from './format.ts'

type Json = Readonly<Record<string, unknown>>

/**
 * Gives the startups and features of one JSON document: a page of Mantid's API (`{"results": […]}`), a list, or one of
 * them alone. A list of features becomes one record for each. Pure but for `seen`, which counts what has no id.
 *
 * @param before results of the same file that came before
 */
export function mantidRecords(document: unknown, before: number, seen: Map<string, number>): ImportRecord[] {
  return listed(document).map((one, index) => {
    const [line, text] = [before + index + 1, JSON.stringify(one)]
    if (!isFeature(one)) return {line, text}
    const key = featureKey(one)
    const occurrence = (seen.get(key) ?? 0) + 1
    seen.set(key, occurrence)
    return {line, text, occurrence}
  })
}

function listed(document: unknown): unknown[] {
  if (Array.isArray(document)) return document.flatMap(listed)
  if (!isObject(document)) return [document]
  for (const key of ['results', 'usages']) if (Array.isArray(document[key])) return document[key].flatMap(listed)
  const {features, ...shared} = document
  if (!Array.isArray(features)) return [document]
  return features.map(feature => (isObject(feature) ? {...shared, ...feature} : feature))
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A startup has no name. */
export const isFeature = (value: unknown): value is Json => isObject(value) && Object.hasOwn(value, 'name')

/** What Mantid's server adds counts of: the row of its table, whatever its count is at the moment. */
export function featureKey({type, name, internal, application, mantidVersion, start, id, url}: Json): string {
  return JSON.stringify([type, name, internal, application, mantidVersion, start, id, url])
}
