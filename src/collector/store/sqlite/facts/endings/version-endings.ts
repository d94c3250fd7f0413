import type {StatsFacts, VersionEnding} from '../../../../../stats/model/source.ts'
import type {Span} from '../../../../../stats/model/span.ts'
import type {RunColumns} from '../../columns/columns.ts'
import {type Runs, runsIn} from '../count-runs.ts'
import type {Rows} from '../rows.ts'
import {countKinds, endingOf, kindOf} from './kinds.ts'

/** A run without an end is lost if it gave no sign of life after `lostBeforeMs` (Unix milliseconds). */
export function countVersionEndings(runs: Runs, span: Span, lostBeforeMs: number): StatsFacts['versionEndings'] {
  const all = new Map<string, VersionEnding>()
  const versions = runs.headers.names.version
  for (const part of runsIn(runs, span)) {
    const kinds = countKinds(part.columns.exits)
    for (const [code, count] of countCodes(runs, part, lostBeforeMs)) {
      const version = versions[Math.floor(code / kinds)]!
      const ending = endingOf(part.columns.exits, code % kinds)
      const key = JSON.stringify([version, ending])
      all.set(key, {version, ...ending, runs: count + (all.get(key)?.runs ?? 0)})
    }
  }
  return [...all.values()]
}

/** Counts rows by code: the number of the version, times the number of kinds, plus the kind. */
function countCodes(
  {headers, chosen}: Runs,
  {columns, begin, end}: Rows<RunColumns>,
  lostBeforeMs: number,
): Iterable<readonly [code: number, count: number]> {
  const {header, exits} = columns
  const versionOf = headers.name.version
  const kinds = countKinds(exits)
  const counts = createCodeCounter(kinds * headers.names.version.length)
  for (let row = begin; row < end; row++) {
    const who = header[row]!
    if (chosen !== null && chosen[who] !== 1) continue
    counts.add(versionOf[who]! * kinds + kindOf(columns, row, lostBeforeMs))
  }
  return counts.known()
}

/** The most codes of which every one has a place in memory. */
const maxPlaces = 1_000_000

/** Counts codes below `size`. */
function createCodeCounter(size: number) {
  if (size > maxPlaces) {
    const counts = new Map<number, number>()
    return {
      add: (code: number): void => void counts.set(code, 1 + (counts.get(code) ?? 0)),
      known: (): Iterable<readonly [number, number]> => counts,
    }
  }
  const counts = new Float64Array(size)
  return {
    add: (code: number): void => void counts[code]!++,
    known: (): Iterable<readonly [number, number]> => [...counts.entries()].filter(([, count]) => count > 0),
  }
}
