import type {StatsQuestion} from '../../../../stats/model/source.ts'
import type {FeatureTotal} from '../../parts.ts'
import type {FeatureCounts} from '../../totals/feature-counts.ts'
import {countsOf, labelsOfFeatures, useOf} from '../../totals/kept-features.ts'
import {findKeptRuns, type KeptRuns} from '../../totals/kept-runs.ts'
import type {ClickHouse} from '../client/client.ts'
import type {FeatureName} from './features.ts'

type Reader = Pick<ClickHouse, 'ask' | 'tableOf'>

/** Since when single rows of a project are kept, Unix milliseconds. Null: all are. */
export interface KeptSince {
  readonly runsMs: number | null
  readonly featuresMs: number | null
}

/** Reads before when single rows of a project are purged. */
export async function readKeptSince({ask, tableOf}: Reader, project: string): Promise<KeptSince> {
  const rows = await ask<{what: string; beforeMs: number}>(
    'purges',
    `SELECT what, before_ms AS beforeMs FROM ${tableOf('purges')} FINAL WHERE project = {project:String}`,
    {project},
  )
  const of = (name: string): number | null => rows.find(({what}) => what === name)?.beforeMs ?? null
  return {runsMs: of('runs'), featuresMs: of('features')}
}

/** Reads the totals of purged runs that a question may need: those of months and years until its end. */
export async function readKeptRuns(
  {ask, tableOf}: Reader,
  question: StatsQuestion,
  sinceMs: number | null,
): Promise<KeptRuns> {
  if (sinceMs === null) return findKeptRuns({sinceMs, oldest: () => null, read: () => null}, question)
  const last = new Date(question.rotation.at(-1)!.toMs).toISOString().slice(0, 7)
  const first = new Date(question.rotation[0]!.fromMs).toISOString().slice(0, 4)
  const {project} = question
  const rows = await ask<{span: string; facts: string}>(
    'run totals',
    `SELECT span, if(span >= {first:String} AND span <= {last:String}, facts, '') AS facts
     FROM ${tableOf('run_totals')} FINAL WHERE project = {project:String} ORDER BY span`,
    {project, first, last},
  )
  const facts = new Map(rows.flatMap(row => (row.facts === '' ? [] : [[row.span, row.facts] as const])))
  return findKeptRuns({sinceMs, oldest: () => rows[0]?.span ?? null, read: label => facts.get(label) ?? null}, question)
}

/** The totals of purged uses of features. */
export interface KeptFeatures {
  readonly counts: readonly FeatureCounts<FeatureName>[]
  /** Uses without a run. */
  readonly unpaired: number
}

/** Reads the totals of features that a question needs. */
export async function readFeatureTotals(
  {ask, tableOf}: Reader,
  question: StatsQuestion,
  sinceMs: number | null,
): Promise<KeptFeatures> {
  const {project, filters, rotation} = question
  if (sinceMs === null) return {counts: [], unpaired: 0}
  const table = tableOf('feature_totals')
  const known = await ask<{span: string}>(
    'spans of feature totals',
    `SELECT DISTINCT span FROM ${table} FINAL WHERE project = {project:String}`,
    {project},
  )
  const labels = labelsOfFeatures(question, sinceMs, label => known.some(({span}) => span === label))
  if (labels.length === 0) return {counts: [], unpaired: 0}
  const rows = await ask<{span: string; facts: string}>(
    'feature totals',
    `SELECT span, facts FROM ${table} FINAL
     WHERE project = {project:String} AND span IN {labels:Array(String)} AND use = {use:String}
       ${filters.featureType === null ? '' : 'AND type = {featureType:String}'}`,
    {project, labels, use: useOf(filters), featureType: filters.featureType},
  )
  const totals = rows.map(({span, facts}) => ({span, ...(JSON.parse(facts) as FeatureTotal)}))
  return {
    counts: totals.map(({type, name, use: _, unpaired: _unpaired, durations, ...counts}) => ({
      ...countsOf(
        {...counts, feature: {type, name}, durations: durations === null ? null : Buffer.from(durations, 'base64')},
        rotation,
      ),
    })),
    unpaired: totals.reduce((sum, {unpaired}) => sum + unpaired, 0),
  }
}
