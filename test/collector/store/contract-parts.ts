import type {TestContext} from 'node:test'
import type {Batch, InsertOutcome, Store} from '../../../src/collector/store/store.ts'
import type {Event} from '../../../src/protocol/event.ts'
import {noFilters} from '../../../src/stats/model/filters.ts'
import type {StatsFacts, StatsQuestion, StatsSource} from '../../../src/stats/model/source.ts'
import {batchOf, dayMs, hourMs, nowMs} from '../samples.ts'

/** An empty store and its reader. Both close when the test ends. */
export type MakeStore = (t: TestContext) => Promise<{store: Store; source: StatsSource}>

const range = {fromMs: nowMs - 30 * dayMs, toMs: nowMs + dayMs}
/** The question of tests that need no special one. */
export const question: StatsQuestion = {
  project: 'parsl',
  range,
  spans: [range],
  periods: [range],
  steps: [{part: 0, ...range}],
  filters: noFilters,
  lostBeforeMs: nowMs - 48 * hourMs,
  numberFields: ['executors'],
  valueFields: ['mode', 'cached'],
}

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
