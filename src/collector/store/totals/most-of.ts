import {maxFeatures, type StatsQuestion} from '../../../stats/model/source.ts'
import type {FeatureCounts} from './feature-counts.ts'

/** Whether all single uses and runs of the range are kept. Pure. */
export const isAllKept = ({range}: Pick<StatsQuestion, 'range'>, since: readonly (number | null)[]): boolean =>
  since.every(sinceMs => sinceMs === null || range.fromMs >= sinceMs)

/** The `maxFeatures` features with the most runs, or uses. Of equal ones, the first by name. A project may have a million. Pure. */
export function mostOf<Key, Name extends {readonly type: string; readonly name: string}>(
  counts: readonly FeatureCounts<Key>[],
  nameOf: (feature: Key) => Name,
  by: 'runs' | 'count',
): (Name & {readonly feature: Key})[] {
  const sorted = Float64Array.from(counts, one => one[by]).sort()
  const least = Math.max(1, sorted.at(-maxFeatures) ?? 0)
  const most: (Name & FeatureCounts<Key>)[] = []
  for (const one of counts) {
    if (one[by] < least) continue
    const named = {...nameOf(one.feature), ...one}
    const place = most.findLastIndex(other => !isBefore(named, other, by)) + 1
    if (place >= maxFeatures) continue
    most.splice(place, 0, named)
    if (most.length > maxFeatures) most.pop()
  }
  return most
}

interface Ranked {
  readonly runs: number
  readonly count: number
  readonly name: string
  readonly type: string
}

function isBefore(a: Ranked, b: Ranked, by: 'runs' | 'count'): boolean {
  if (a[by] !== b[by]) return a[by] > b[by]
  return a.name === b.name ? a.type < b.type : a.name < b.name
}
