import {periodsIn, startOfPeriod} from '../../../../stats/model/period.ts'
import type {StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {cutPieces} from '../../people/pieces.ts'
import {every, lists, numbers, within} from './sql.ts'

/** The time of a question in pieces, as SQL. No piece reaches over two months or rotation periods. */
export interface Pieces {
  readonly hull: Span
  /** The number of the piece that has the instant `at`, from 1. 0: none. */
  readonly pieceOfAt: string
  /** By piece: the number of its rotation period, and when its month begins in Unix milliseconds. */
  readonly periodOf: string
  readonly monthOf: string
  /** By piece: the places of those spans that contain it. */
  spansOf(spans: readonly (Span | null)[]): string
  /** By piece: one more than the place of the one span that contains it. The spans do not overlap. */
  oneOf(spans: readonly Span[]): string
}

/** The number of a rotation period in SQL: the digits of its first day. */
export const periodNumber = (period: string): number => Number(period.replaceAll('-', ''))

export function cutQuestion(spans: readonly Span[], rotation: StatsQuestion['rotation']): Pieces {
  const whole = {fromMs: rotation[0]!.fromMs, toMs: rotation.at(-1)!.toMs}
  const edges = [...rotation, ...periodsIn(whole, 'month', 0).map(({span}) => span)].map(({fromMs}) => fromMs)
  const pieces = cutPieces(spans, edges)
  const hull = {fromMs: pieces[0]?.fromMs ?? 0, toMs: pieces.at(-1)?.toMs ?? 0}
  // Where a piece begins, and where there is none again.
  const bounds = pieces.flatMap(({fromMs, toMs}, place) => [
    {atMs: fromMs, piece: place + 1},
    ...(pieces[place + 1]?.fromMs === toMs ? [] : [{atMs: toMs, piece: 0}]),
  ])
  const instants = numbers(bounds.map(({atMs}) => atMs))
  const numbersOfPieces = numbers(
    bounds.map(({piece}) => piece),
    'UInt32',
  )
  const places = placeSpans(pieces)
  return {
    hull,
    pieceOfAt:
      pieces.length === 0
        ? 'toUInt32(0)'
        : `if(${every(...within(hull))}, transform(roundDown(at, ${instants}), ${instants}, ${numbersOfPieces}, toUInt32(0)), 0)`,
    periodOf: numbers(
      pieces.map(({fromMs}) => periodAt(rotation, fromMs)),
      'UInt32',
    ),
    monthOf: numbers(pieces.map(({fromMs}) => startOfPeriod(fromMs, 'month'))),
    spansOf: some => lists(places(some)),
    oneOf: some =>
      numbers(
        places(some).map(([place]) => (place === undefined ? 0 : place + 1)),
        'UInt32',
      ),
  }
}

/** For each piece, the places of the spans that contain it. A span consists of whole pieces. */
const placeSpans =
  (pieces: readonly Span[]) =>
  (spans: readonly (Span | null)[]): number[][] => {
    const found: number[][] = pieces.map(() => [])
    const placeOf = new Map(pieces.map(({fromMs}, place) => [fromMs, place]))
    for (const [index, span] of spans.entries()) {
      if (span === null || span.fromMs >= span.toMs) continue
      for (let place = placeOf.get(span.fromMs)!; place < pieces.length && pieces[place]!.toMs <= span.toMs; place++)
        found[place]!.push(index)
    }
    return found
  }

function periodAt(rotation: StatsQuestion['rotation'], atMs: number): number {
  const found = rotation.findLast(({fromMs}) => fromMs <= atMs) ?? rotation[0]!
  return periodNumber(found.period)
}
