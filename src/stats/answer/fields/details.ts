import type {DetailStats} from '../../model/model.ts'
import type {DetailFacts} from '../../model/source.ts'
import {userBounds} from '../unique.ts'

/** The details of features: of the most used ones first, and of each the most frequent value first. Pure. */
export function detailStats(facts: readonly DetailFacts[]): DetailStats[] {
  const byFeature = Map.groupBy(facts, ({type, name, detail}) => JSON.stringify([type, name, detail]))
  const countOf = (rows: readonly DetailFacts[]): number => rows.reduce((sum, {count}) => sum + count, 0)
  const sorted = [...byFeature].sort(([a, some], [b, others]) => countOf(others) - countOf(some) || (a < b ? -1 : 1))
  return sorted.flatMap(([, rows]) => [...rows].sort(byCount).map(toStats))
}

const byCount = (a: DetailFacts, b: DetailFacts): number =>
  b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1)

const toStats = ({type, name, detail, value, count, users, numbers, ...withoutUser}: DetailFacts): DetailStats => ({
  ...{type, name, detail, value, count},
  ...userBounds(users, withoutUser),
  ...withoutUser,
  ...(numbers ?? {mean: null, median: null, max: null}),
})
