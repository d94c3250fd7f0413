import type {ProjectFile} from '../../protocol/project-file.ts'
import type {Count} from '../model/model.ts'
import {periodsIn} from '../model/period.ts'
import {cutSpan, type Span} from '../model/span.ts'

/** How often pseudonyms change: each calendar year or month (UTC), or never. */
export type Rotation = ProjectFile['identity']['rotate']

/** The parts of a span within which a person keeps one pseudonym. Pure. */
export function rotationParts(span: Span, rotate: Rotation): Span[] {
  if (rotate === 'never') return [span]
  const edges = periodsIn(span, rotate, span.toMs).map(period => period.span.fromMs)
  return cutSpan(span, edges)
}

/**
 * The number of different people in a span, from the number of different pseudonyms in it and in each of its rotation
 * parts: at least as many as in the largest part, at most as many as in all parts together. Pure.
 */
export function countAcrossRotations(total: number, parts: readonly number[]): Count {
  const low = Math.max(0, ...parts)
  const high = parts.reduce((sum, part) => sum + part, 0)
  return {total, exact: low === high, low, high}
}

/** The number of pseudonyms seen in a rotation part, and how many of them on at least two days. */
export interface PartDays {
  readonly all: number
  readonly onSeveralDays: number
}

/**
 * The number of people who were seen on at least two days of a span. A person who was seen on one day under each of two
 * pseudonyms also counts, but cannot be recognised. `high` assumes as many such pairs as possible. Pure.
 */
export function countSeveralDays(total: number, parts: readonly PartDays[]): Count {
  const low = Math.max(0, ...parts.map(part => part.onSeveralDays))
  const sure = parts.reduce((sum, part) => sum + part.onSeveralDays, 0)
  const once = parts.map(part => part.all - part.onSeveralDays)
  const allOnce = once.reduce((sum, count) => sum + count, 0)
  const high = sure + Math.min(Math.floor(allOnce / 2), allOnce - Math.max(0, ...once))
  return {total, exact: low === high, low, high}
}

/** An exact count, of things without pseudonyms. */
export const exactCount = (total: number): Count => ({total, exact: true, low: total, high: total})
