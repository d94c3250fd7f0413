import {maxFeatures, type StatsQuestion} from '../../../stats/model/source.ts'
import type {FeatureCounts} from './feature-counts.ts'

/** Whether all single uses and runs of the range are kept. Pure. */
export const isAllKept = ({range}: Pick<StatsQuestion, 'range'>, since: readonly (number | null)[]): boolean =>
  since.every(sinceMs => sinceMs === null || range.fromMs >= sinceMs)

/** The `maxFeatures` features with the most runs. Of equal ones, the first by name. Pure. */
export function mostRun<Key, Name extends {readonly type: string; readonly name: string}>(
  counts: readonly FeatureCounts<Key>[],
  nameOf: (feature: Key) => Name,
): (Name & {readonly feature: Key})[] {
  const runs = Float64Array.from(counts, one => one.runs).sort()
  const least = Math.max(1, runs.at(-maxFeatures) ?? 0)
  const most = counts.filter(one => one.runs >= least).map(one => ({...nameOf(one.feature), ...one}))
  const key = ({name, type}: Name): string => JSON.stringify([name, type])
  return most.sort((a, b) => b.runs - a.runs || (key(a) < key(b) ? -1 : 1)).slice(0, maxFeatures)
}
