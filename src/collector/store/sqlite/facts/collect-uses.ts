import {limitsFeatures} from '../../../../stats/model/filters.ts'
import {startOfPeriod} from '../../../../stats/model/period.ts'
import {dayMs, type Span} from '../../../../stats/model/span.ts'
import {loneKinds} from '../columns/columns.ts'
import {isWithoutUser, type KnownHeaders} from '../columns/headers.ts'
import {eachUse, type FeatureUses} from './count-features.ts'
import type {Runs} from './count-runs.ts'
import {isChosen, type Rows, rowsIn} from './rows.ts'
import type {PieceOfUse, Uses} from './uses.ts'

/**
 * Groups the uses of a question by piece of time and header. Uses are runs and events without a run. If the question
 * has a filter on features, uses are the chosen uses of features instead. No piece reaches over several months.
 */
export function collectUses(runs: Runs, features: FeatureUses, pieces: readonly Span[]): Uses {
  const {headers} = runs
  const group = createGroup(headers)
  const ofPiece = pieces.map(piece => {
    group.begin()
    if (limitsFeatures(features.filters))
      eachUse(features, piece, ({header, count}, row, atMs) =>
        group.see(header[row]!, Math.floor(atMs / dayMs), 0, count[row]!),
      )
    else seeRuns(runs, piece, group)
    return group.found(features.periodOf(piece.fromMs), startOfPeriod(piece.fromMs, 'month'))
  })
  return {pieces, ofPiece, headers}
}

function seeRuns({months, chosen}: Runs, piece: Span, group: Group): void {
  const seeRows = (
    {at, header}: {readonly at: Uint32Array; readonly header: Int32Array},
    rows: Rows<unknown>,
    runs: number,
  ) => {
    const {fromMs, begin, end} = rows
    for (let row = begin; row < end; row++) {
      const who = header[row]!
      if (chosen === null || chosen[who] === 1) group.see(who, Math.floor((fromMs + at[row]!) / dayMs), runs, 1)
    }
  }
  for (const rows of rowsIn(months, piece, columns => columns.at)) seeRows(rows.columns, rows, 1)
  for (const rows of rowsIn(months, piece, ({lone}) => lone.at)) seeRows(rows.columns.lone, rows, 0)
}

/** Counts events of one kind in a span that have no run. */
export function countLone(runs: Runs, span: Span, kind: (typeof loneKinds)[number]): number {
  const what = loneKinds.indexOf(kind)
  let count = 0
  for (const {columns, begin, end} of rowsIn(runs.months, span, ({lone}) => lone.at))
    for (let row = begin; row < end; row++)
      if (columns.lone.what[row] === what && isChosen(runs.chosen, columns.lone.header[row]!)) count++
  return count
}

type Group = ReturnType<typeof createGroup>

/** Groups by header. It reuses its memory for one piece after another. */
function createGroup(headers: KnownHeaders) {
  const size = headers.user.length
  const [turnOf, seen] = [new Int32Array(size), new Int32Array(size)]
  const [runsOf, first, last] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)]
  const usesOf = new Float64Array(size)
  let [turn, found] = [0, 0]
  const [unknownTurn, recentDay] = [new Int32Array(size), new Int32Array(size)]
  let [unknownHeader, unknownDay]: [number[], number[]] = [[], []]
  const seeUnknown = (header: number, day: number, runs: number): void => {
    const code = 2 * day + (runs > 0 ? 1 : 0)
    // Most uses come in the order of time, so the same day is seen again and again.
    if (unknownTurn[header] === turn && recentDay[header] === code) return
    unknownTurn[header] = turn
    recentDay[header] = code
    unknownHeader.push(header)
    unknownDay.push(code)
  }
  const pick = (column: Int32Array): Int32Array => {
    const picked = new Int32Array(found)
    for (let place = 0; place < found; place++) picked[place] = column[seen[place]!]!
    return picked
  }
  return {
    begin(): void {
      turn++
      found = 0
      unknownHeader = []
      unknownDay = []
    },
    /** `uses`: how many people may stand behind it at most, if it does not say who. */
    see(header: number, day: number, runs: number, uses: number): void {
      if (isWithoutUser(headers, header)) seeUnknown(header, day, runs)
      if (turnOf[header] !== turn) {
        turnOf[header] = turn
        runsOf[header] = runs
        usesOf[header] = uses
        first[header] = day
        last[header] = day
        seen[found++] = header
        return
      }
      runsOf[header]! += runs
      usesOf[header]! += uses
      if (day < first[header]!) first[header] = day
      if (day > last[header]!) last[header] = day
    },
    found: (period: number, month: number): PieceOfUse => ({
      period,
      month,
      unknownHeader: Int32Array.from(unknownHeader),
      unknownDay: Int32Array.from(unknownDay),
      header: seen.slice(0, found),
      runs: pick(runsOf),
      uses: Float64Array.from(seen.subarray(0, found), header => usesOf[header]!),
      firstDay: pick(first),
      lastDay: pick(last),
    }),
  }
}
