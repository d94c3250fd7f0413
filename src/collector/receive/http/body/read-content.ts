import {UsageError} from '../../../../errors.ts'
import {type ParsedReport, parseReport} from '../../../../protocol/report/report.ts'
import type {Parsed} from '../../../../protocol/values/problem.ts'

/** How the content of a body is read: as a report, or as JSON of at most so many values. */
export type ContentKind = 'report' | {readonly maxValues: number}

/** What comes out of a body. */
export type ContentOf<K extends ContentKind> = K extends 'report' ? Parsed<ParsedReport> : unknown

/**
 * Reads the content of a body, in the thread of the caller. Throws a `UsageError` USAGE_REPORT_UNPARSABLE unless it is
 * JSON in UTF-8 with at most as many values as allowed.
 */
export function readContent<K extends ContentKind>(kind: K, content: Uint8Array): ContentOf<K> {
  const value = parseJson(content)
  if (kind === 'report') return parseReport(value) as ContentOf<K>
  const {maxValues} = kind
  if (hasMoreValues(value, maxValues))
    throw new UsageError('USAGE_REPORT_UNPARSABLE', `the body must have at most ${maxValues} values`)
  return value as ContentOf<K>
}

const utf8 = new TextDecoder('utf-8', {fatal: true})

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(content))
  } catch (error) {
    throw new UsageError('USAGE_REPORT_UNPARSABLE', 'the body must be JSON in UTF-8', {cause: error})
  }
}

/** Without recursion: JSON may be nested deeper than a stack is. */
function hasMoreValues(value: unknown, most: number): boolean {
  if (most === Number.POSITIVE_INFINITY) return false
  const open: unknown[] = [value]
  for (let count = 0; open.length > 0; count++) {
    if (count + open.length > most) return true
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const inner of Object.values(next)) open.push(inner)
  }
  return false
}
