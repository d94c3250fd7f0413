import {limitsFeatures} from '../../../stats/filters.ts'
import {dayMs, type Span} from '../../../stats/span.ts'
import type {Use, Uses} from '../uses.ts'
import {loneKinds} from './columns.ts'
import {eachUse, type FeatureUses} from './count-features.ts'
import {type Runs, runsIn} from './count-runs.ts'
import {isChosen, rowsIn} from './rows.ts'

/** Groups what tells of people by piece of time and header: runs and what has no run, or the features that are asked for. */
export function collectUses(runs: Runs, features: FeatureUses, pieces: readonly Span[]): Uses {
  const {all, users, hosts} = runs.headers
  const group = createGroup(all.length)
  const ofPiece = pieces.map(piece => {
    group.begin()
    if (limitsFeatures(features.filters))
      eachUse(features, piece, (columns, row, atMs) => group.see(columns.header[row]!, atMs, 0))
    else seeRuns(runs, piece, group)
    return group.found().map(({header, ...use}): Use => ({...use, header: all[header]!}))
  })
  return {pieces, ofPiece, users: users.size, hosts: hosts.size}
}

function seeRuns(runs: Runs, piece: Span, group: Group): void {
  for (const {columns, fromMs, begin, end} of runsIn(runs, piece))
    for (let row = begin; row < end; row++) {
      const header = columns.header[row]!
      if (isChosen(runs.chosen, header)) group.see(header, fromMs + columns.at[row]!, 1)
    }
  for (const {columns, fromMs, begin, end} of rowsIn(runs.months, piece, ({lone}) => lone.at))
    for (let row = begin; row < end; row++) {
      const header = columns.lone.header[row]!
      if (isChosen(runs.chosen, header)) group.see(header, fromMs + columns.lone.at[row]!, 0)
    }
}

/** Features, or ends, of a span that have no run. */
export function countLone(runs: Runs, span: Span, kind: (typeof loneKinds)[number]): number {
  const what = loneKinds.indexOf(kind)
  let count = 0
  for (const {columns, begin, end} of rowsIn(runs.months, span, ({lone}) => lone.at))
    for (let row = begin; row < end; row++)
      if (columns.lone.what[row] === what && isChosen(runs.chosen, columns.lone.header[row]!)) count++
  return count
}

type Group = ReturnType<typeof createGroup>

/** Counts by header, one piece after another in the same memory. */
function createGroup(size: number) {
  const [turnOf, runsOf] = [new Int32Array(size), new Int32Array(size)]
  const [first, last] = [new Int32Array(size), new Int32Array(size)]
  let [turn, headers]: [number, number[]] = [0, []]
  return {
    begin(): void {
      turn++
      headers = []
    },
    see(header: number, atMs: number, runs: number): void {
      const day = Math.floor(atMs / dayMs)
      if (turnOf[header] !== turn) {
        turnOf[header] = turn
        runsOf[header] = runs
        first[header] = day
        last[header] = day
        headers.push(header)
        return
      }
      runsOf[header]! += runs
      if (day < first[header]!) first[header] = day
      if (day > last[header]!) last[header] = day
    },
    found: () =>
      headers.map(header => ({
        ...{header, runs: runsOf[header]!},
        ...{firstDay: first[header]!, lastDay: last[header]!},
      })),
  }
}
