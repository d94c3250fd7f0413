import {maxFeatures, type StatsQuestion} from '../../../stats/model/source.ts'
import type {FeatureCounts} from './feature-counts.ts'

/** Whether all single uses and runs of the range are kept. Pure. */
export const isAllKept = ({range}: Pick<StatsQuestion, 'range'>, since: readonly (number | null)[]): boolean =>
  since.every(sinceMs => sinceMs === null || range.fromMs >= sinceMs)

/** The `maxFeatures` features with the most runs. Of equal ones, the first by name. A project may have a million. Pure. */
export function mostRun<Key, Name extends {readonly type: string; readonly name: string}>(
  counts: readonly FeatureCounts<Key>[],
  nameOf: (feature: Key) => Name,
): (Name & {readonly feature: Key})[] {
  const runs = Float64Array.from(counts, one => one.runs).sort()
  const least = Math.max(1, runs.at(-maxFeatures) ?? 0)
  const most: (Name & FeatureCounts<Key>)[] = []
  for (const one of counts) {
    if (one.runs < least) continue
    const named = {...nameOf(one.feature), ...one}
    const place = most.findLastIndex(other => !isBefore(named, other)) + 1
    if (place >= maxFeatures) continue
    most.splice(place, 0, named)
    if (most.length > maxFeatures) most.pop()
  }
  return most
}

interface Ranked {
  readonly runs: number
  readonly name: string
  readonly type: string
}

function isBefore(a: Ranked, b: Ranked): boolean {
  if (a.runs !== b.runs) return a.runs > b.runs
  return a.name === b.name ? a.type < b.type : a.name < b.name
}
