import type {VersionEnding} from '../../../../../stats/model/source.ts'
import type {FeatureColumns} from '../../columns/columns.ts'
import type {KnownHeaders} from '../../columns/headers.ts'
import type {MonthCounts, MonthSummary} from '../month-summaries.ts'
import {countKinds, endingOf, isOpen, kindOf} from './kinds.ts'

/** Collects how the runs of one feature in a month ended. */
export interface EndSum {
  /** Adds a run, by its number. Each run must be added once. */
  add(run: number): void
  /** What was added since the last call. */
  take(): Pick<MonthCounts, 'ended' | 'notEnded'>
}

/** The version and the ending of a run that has ended are one code: the number of the version, times all kinds, plus the kind. */
export function createEndSum({runs, crossing}: FeatureColumns, {name: {version}}: KnownHeaders): EndSum {
  const kinds = countKinds(runs.exits)
  const ended = new Map<number, number>()
  let notEnded: number[] = []
  return {
    add(run) {
      const header = runs.header[run]!
      if (header < 0) return
      if (crossing.has(run) || isOpen(runs, run)) {
        notEnded.push(run)
        return
      }
      const code = version[header]! * kinds + kindOf(runs, run, 0)
      ended.set(code, (ended.get(code) ?? 0) + 1)
    },
    take() {
      const sum = {ended: Float64Array.from([...ended].flat()), notEnded: Int32Array.from(notEnded)}
      ended.clear()
      notEnded = []
      return sum
    },
  }
}

/** How the runs of one feature ended, in the months with its uses. */
export function featureEndings(
  months: readonly {readonly summary: MonthSummary; readonly counts: MonthCounts}[],
  {name, names}: KnownHeaders,
  lostBeforeMs: number,
): VersionEnding[] {
  const all = new Map<string, VersionEnding>()
  const seen = new Set<string>()
  for (const {summary, counts} of months) {
    const {runs, crossing} = summary
    const kinds = countKinds(runs.exits)
    const add = (version: number, kind: number, count: number): void => {
      const ending = endingOf(runs.exits, kind)
      const key = JSON.stringify([version, ending])
      all.set(key, {version: names.version[version]!, ...ending, runs: count + (all.get(key)?.runs ?? 0)})
    }
    const {ended, notEnded} = counts
    for (let place = 0; place < ended.length; place += 2)
      add(Math.floor(ended[place]! / kinds), ended[place]! % kinds, ended[place + 1]!)
    for (const run of notEnded) {
      const digest = crossing.get(run)
      if (digest !== undefined && seen.has(digest)) continue
      if (digest !== undefined) seen.add(digest)
      add(name.version[runs.header[run]!]!, kindOf(runs, run, lostBeforeMs), 1)
    }
  }
  return [...all.values()]
}
