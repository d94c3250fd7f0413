import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {Span} from '../../../src/stats/model/span.ts'
import {exactly} from '../../support/within-bound.ts'
import type {Stored} from './naive-collector.ts'
import {namelessOf, usersOfRow} from './naive-people.ts'
import type {NaiveRun} from './naive-runs.ts'
import {percentile} from './naive-stats.ts'

/** Features as the stats list them, and the declared ones that nobody used. In no order. */
export function featureStats(stored: readonly Stored[], {fromMs, toMs}: Span, project: ProjectFile) {
  const used = stored.flatMap(one => {
    const {made, atMs, user} = one
    return made.what.type === 'feature' && atMs >= fromMs && atMs < toMs
      ? [{...made.what, made, user, stored: one}]
      : []
  })
  const features = [...Map.groupBy(used, one => `${one.featureType}\n${one.name}`).values()].map(same => {
    const timed = same.filter(one => one.durationSeconds !== null)
    const single = timed.flatMap(({count, durationSeconds}) => (count === 1 ? durationSeconds! : []))
    const uses = same.map(({stored, user, count}) => ({stored, word: user, isRun: false, uses: count}))
    const {uses: usesWithoutUser, days: daysWithoutUser} = namelessOf(uses)
    return {
      type: same[0]!.featureType,
      name: same[0]!.name,
      count: sum(same.map(one => one.count)),
      internalCount: sum(same.filter(one => one.internal).map(one => one.count)),
      runs: different(same.map(({made}) => made.run)),
      ...usersOfRow(uses, project.identity.rotate),
      usesWithoutUser,
      daysWithoutUser,
      ...exactly(single, share => percentile(single, share)),
      meanSeconds:
        timed.length === 0 ? null : sum(timed.map(one => one.durationSeconds!)) / sum(timed.map(one => one.count)),
    }
  })
  const names = new Set(used.map(({name}) => name))
  return {features, unusedFeatures: project.features.names.filter(name => !names.has(name))}
}

/** Every declared field over the runs that have it. */
export function fieldStats(runs: readonly NaiveRun[], project: ProjectFile) {
  const entries = Object.entries(project.fields).map(([name, {type}]) => {
    const values = runs.flatMap(({fields}) => (name in fields ? [fields[name]!] : []))
    if (type === 'integer' || type === 'number') return [name, numbers(values as number[])]
    const counted = [...Map.groupBy(values, value => value)].map(([value, same]) => ({value, runs: same.length}))
    return [name, {n: values.length, mean: null, median: null, max: null, values: counted}]
  })
  return Object.fromEntries(entries)
}

function numbers(values: readonly number[]) {
  if (values.length === 0) return {n: 0, mean: null, median: null, max: null, values: null}
  const mean = sum(values) / values.length
  return {n: values.length, mean, median: percentile(values, 0.5), max: Math.max(...values), values: null}
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const different = (values: readonly (string | null)[]): number => new Set(values.filter(value => value !== null)).size
