import assert from 'node:assert/strict'
import {test} from 'node:test'
import {noFilters} from '../../../src/stats/model/filters.ts'
import type {StatsFacts} from '../../../src/stats/model/source.ts'
import {cutSpan} from '../../../src/stats/model/span.ts'
import {naiveFacts} from '../naive-facts.ts'
import {randomUse, type Sent, seededRandom, shuffle} from '../random-use.ts'
import {batchOf, dayMs, endOf, featureOf, nowMs, sampleHeader, startOf, uuid} from '../samples.ts'

import {assertSameFacts} from './comparable-facts.ts'
import {assertDuplicates, exactly, factsOf, insert, type MakeStore, question} from './contract-parts.ts'

/** The order in which events arrive does not matter. A slow store tries only some of the 120 orders of a run. */
export function orderContract(make: MakeStore, tried = 120): void {
  test('it gives the same answers for any order of the events of a run and their copies', async t => {
    const start: Sent = {header: sampleHeader(), event: startOf(1, nowMs - 3 * dayMs, {fields: {executors: 1}})}
    const sent: Sent[] = [
      start,
      {header: sampleHeader({version: '9'}), event: endOf(1, nowMs, {exitCode: 4, fields: {executors: 2}})},
      {header: sampleHeader(), event: startOf(1, nowMs - 2 * dayMs, {id: uuid('t', 1), repeat: 1})},
      {header: sampleHeader({version: '8'}), event: featureOf(1, nowMs - dayMs, {run: uuid('r', 1)})},
      start,
    ]
    const answers = new Set<string>()
    const all = permutations(sent)
    const orders = all.filter((_, index) => index % (all.length / tried) === 0)
    const {store, source, knows} = await make(t)
    for (const [index, order] of orders.entries()) {
      const project = `p${index}`
      for (const {header, event} of order) await insert(store, [event], {header, project})
      const facts = await factsOf(source, {project})
      answers.add(JSON.stringify({...facts, quality: {...facts.quality, storeBytes: 0, freeBytes: 0, tables: null}}))
    }
    assert.equal(orders.length, tried)
    assert.equal(answers.size, 1, [...answers].join('\n'))
    const facts = JSON.parse([...answers][0]!) as StatsFacts
    assert.deepEqual(facts.exits, [{exitCode: 4, signal: null, runs: 1}])
    assert.deepEqual(facts.named.version, [
      {name: '1.0', runs: 1, users: exactly(1), usesWithoutUser: 0, daysWithoutUser: 0},
    ])
    assert.equal(facts.numberFields[0]!.mean, 2)
    assert.equal(facts.spans[0]!.duration.meanSeconds, 3 * 86_400)
    assertDuplicates(knows, facts, 1)
  })

  for (const seed of [1, 2, 3]) {
    test(`it agrees with a naive recomputation of random use, shuffled and repeated (seed ${seed})`, async t => {
      const random = seededRandom(seed)
      const sent = randomUse(400, random)
      const {store, source, knows} = await make(t)
      const copies = sent.filter(() => random() < 0.2)
      const batches = shuffle([...sent, ...copies], random).map(({header, event}) => batchOf([event], {header}))
      while (batches.length > 0) await store.insert(batches.splice(0, 1 + Math.floor(random() * 60)))
      const months = Array.from({length: 15}, (_, index) => nowMs - index * 30 * dayMs)
      const spans = months.map(toMs => ({fromMs: toMs - 30 * dayMs, toMs}))
      const whole = {fromMs: nowMs - 365 * dayMs, toMs: nowMs}
      const steps = spans.toReversed().map((span, index) => ({part: Math.floor(index / 4), ...span}))
      const periods = cutSpan(whole, [nowMs - 200 * dayMs, nowMs - 90 * dayMs])
      const asked = {...question, range: whole, spans: [whole, ...spans], periods, steps}
      const {quality, ...facts} = await source.facts(asked)
      assertSameFacts(facts, naiveFacts(sent, asked))
      assertDuplicates(knows, {quality}, copies.length)
      for (const field of ['mode=local', 'executors=3', 'executors=4.0', 'mode=none']) {
        const filtered = {...asked, filters: {...noFilters, field}}
        const {quality: _, ...ofField} = await source.facts(filtered)
        assertSameFacts(ofField, naiveFacts(sent, filtered), field)
      }
    })
  }
}

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length < 2) return [[...values]]
  return values.flatMap((value, index) => permutations(values.toSpliced(index, 1)).map(rest => [value, ...rest]))
}
