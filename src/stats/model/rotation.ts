import {firstDayOfAll, type RotationTerms, rotationPeriod} from '../../protocol/project/rotation.ts'
import {formatDay} from './period.ts'
import type {RotationPeriod} from './source.ts'
import type {Span} from './span.ts'

/** The first instant of the rotation period that contains an instant, in Unix milliseconds. Pure. */
export const startOfRotation = (instantMs: number, terms: RotationTerms): number =>
  Date.parse(rotationPeriod(terms, new Date(instantMs).toISOString()).firstDay)

/** The parts of a span within which a person keeps one pseudonym. Pure. */
export function rotationPeriods({fromMs, toMs}: Span, terms: RotationTerms): RotationPeriod[] {
  if (terms.rotate === 'never') return [{fromMs, toMs, period: firstDayOfAll}]
  const periods: RotationPeriod[] = []
  for (let startMs = startOfRotation(fromMs, terms); startMs < toMs; ) {
    const endMs = startOfNextRotation(startMs, terms)
    periods.push({fromMs: Math.max(startMs, fromMs), toMs: Math.min(endMs, toMs), period: formatDay(startMs)})
    startMs = endMs
  }
  return periods
}

function startOfNextRotation(startMs: number, {rotate}: RotationTerms): number {
  const start = new Date(startMs)
  return rotate === 'month'
    ? Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)
    : Date.UTC(start.getUTCFullYear() + 1, start.getUTCMonth(), start.getUTCDate())
}
