import assert from 'node:assert/strict'
import type {TestContext} from 'node:test'
import type {Batch, InsertOutcome, Store} from '../../../src/collector/store/store.ts'
import type {Event} from '../../../src/protocol/report/event.ts'
import type {Bounds} from '../../../src/stats/model/bounds.ts'
import {noFilters} from '../../../src/stats/model/filters.ts'
import type {StatsFacts, StatsQuestion, StatsSource} from '../../../src/stats/model/source.ts'
import {batchOf, dayMs, hourMs, nowMs} from '../samples.ts'

/** What a store knows about events. */
export interface Knows {
  /** Whether it recognises an event that arrived before. Otherwise it accepts the copy, and no answer shows it. */
  readonly duplicates: boolean
  /** Whether an answer may show a part of a write that is going on: the shards of a store have no common state. Default: no. */
  readonly halves?: boolean
}

/** An empty store and its reader. Both close when the test ends. */
export type MakeStore = (t: TestContext) => Promise<{store: Store; source: StatsSource; knows: Knows}>

const range = {fromMs: nowMs - 30 * dayMs, toMs: nowMs + dayMs}
/** The question of tests that need no special one. */
export const question: StatsQuestion = {
  project: 'parsl',
  range,
  spans: [range],
  periods: [range],
  steps: [{part: 0, ...range}],
  rotation: [{fromMs: 0, toMs: nowMs + 1000 * dayMs, period: '2026-01-01'}],
  filters: noFilters,
  versionUsers: {
    month: {fromMs: Date.UTC(2026, 9, 1), toMs: Date.UTC(2026, 10, 1)},
    weeks: {fromMs: range.toMs - 21 * dayMs, toMs: range.toMs},
  },
  firstRuns: {fromMs: Date.UTC(2026, 6, 1), toMs: range.toMs},
  lostBeforeMs: nowMs - 48 * hourMs,
  numberFields: ['executors'],
  valueFields: ['mode', 'cached'],
  numberDetails: ['depth'],
  valueDetails: ['kind', 'deep'],
}

/** An exact number of people. */
export const exactly = (count: number): Bounds => ({low: count, high: count})

export async function insert(
  store: Store,
  events: readonly Event[],
  changes: Partial<Batch> = {},
): Promise<InsertOutcome[]> {
  const [outcomes] = await store.insert([batchOf(events, changes)])
  return [...outcomes!]
}

export async function factsOf(source: StatsSource, changes: Partial<StatsQuestion> = {}): Promise<StatsFacts> {
  return source.facts({...question, ...changes})
}

/** The outcomes that a store reports, from those of a store that recognises duplicates. */
export const reported = (knows: Knows, outcomes: readonly InsertOutcome[]): InsertOutcome[] =>
  outcomes.map(outcome => (outcome === 'duplicate' && !knows.duplicates ? 'accepted' : outcome))

/** A store that does not recognise duplicates may derive their number or not. */
export const assertDuplicates = (knows: Knows, {quality}: Pick<StatsFacts, 'quality'>, count: number): void =>
  assert.equal(quality.duplicates ?? (knows.duplicates ? null : count), count)
