import type {Count, Measure, PeopleMeasure, PeriodValue} from '../model/model.ts'
import type {Period} from '../model/period.ts'
import type {SpanFacts} from '../model/source.ts'
import type {Span} from '../model/span.ts'
import {countAcrossRotations, countSeveralDays, exactCount, type Rotation, rotationParts} from './rotation.ts'

type People = 'users' | 'hosts'

/** Counts over a range and each of its periods, with bounds where pseudonyms changed. */
export interface UniqueCounter {
  count(what: People | 'scripts', span: Span): Count
  people(what: People): PeopleMeasure
  runs(): Measure
  scripts(): Measure
}

/** Makes a counter over the facts of spans: the range, its periods, and the rotation parts of both. */
export function createCounter(
  at: (span: Span) => SpanFacts,
  range: Span,
  periods: readonly Period[],
  rotate: Rotation,
): UniqueCounter {
  // Totals of parts are like parts with different pseudonyms: a person in two of them is not recognised.
  const partsOf = (span: Span): readonly SpanFacts[] =>
    rotationParts(span, rotate).flatMap(part => at(part).parts ?? [at(part)])
  const count: UniqueCounter['count'] = (what, span) =>
    countAcrossRotations(
      at(span)[what],
      partsOf(span).map(part => part[what]),
    )
  const severalDays = (what: People, span: Span): Count => {
    const name = `${what}OnSeveralDays` as const
    const parts = partsOf(span).map(part => ({all: part[what], onSeveralDays: part[name]}))
    return countSeveralDays(at(span)[name], parts)
  }
  const measure = (countIn: (span: Span) => Count): Measure => ({
    ...countIn(range),
    periods: periods.map(period => periodValue(period, countIn(period.span))),
  })
  return {
    count,
    people: what => ({
      ...count(what, range),
      onSeveralDays: severalDays(what, range),
      periods: periods.map(period => ({
        ...periodValue(period, count(what, period.span)),
        onSeveralDays: severalDays(what, period.span),
      })),
    }),
    runs: () => measure(span => exactCount(at(span).runs)),
    scripts: () => measure(span => count('scripts', span)),
  }
}

function periodValue({label, complete}: Period, {total, ...bounds}: Count): PeriodValue {
  return {period: label, value: total, complete, ...bounds}
}
