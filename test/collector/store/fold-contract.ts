import assert from 'node:assert/strict'
import {test} from 'node:test'
import {collectorLimits} from '../../../src/collector/limits.ts'
import type {Store} from '../../../src/collector/store/store.ts'
import type {Header} from '../../../src/protocol/report/header.ts'
import {naiveFacts} from '../naive-facts.ts'
import {randomUse, type Sent, seededRandom} from '../random-use.ts'
import {batchOf, dayMs, featureOf, nowMs, pseudonym, sampleHeader, sampleProject, startOf} from '../samples.ts'
import {assertSameFacts} from './comparable-facts.ts'
import {exactly, factsOf, insert, type MakeStore, question} from './contract-parts.ts'

const {maxNewValuesADay: most} = collectorLimits
const other = '(other)'

/** Inserts the start of a run with a number, by a user of its own. */
const insertRun = (store: Store, run: number, header: Partial<Header>, changes = {}, atMs = nowMs) =>
  insert(store, [startOf(run, atMs, changes)], {
    header: sampleHeader({user: pseudonym(`user ${run}`), ...header}),
    receivedAtMs: atMs,
  })

const numbers = (count: number): number[] => Array.from({length: count}, (_, number) => number)

/** What a store does with too many different values. */
export function foldContract(make: MakeStore): void {
  test('it keeps the first new values of a day, stores the next as (other), and counts its events', async t => {
    const {store, source} = await make(t)
    const schedulersOf = async () =>
      (await factsOf(source)).named.scheduler.map(({name, runs}) => [name, runs] as const)
    for (const run of numbers(most.scheduler)) await insertRun(store, run, {scheduler: `s${run}`})
    assert.equal((await schedulersOf()).length, most.scheduler)
    assert.equal((await factsOf(source)).quality.folded, 0)
    await insertRun(store, 900, {scheduler: 'one more'})
    await insertRun(store, 901, {scheduler: 'another'})
    await insertRun(store, 902, {scheduler: 's0'})
    const after = new Map(await schedulersOf())
    assert.deepEqual([after.size, after.get(other), after.get('s0')], [most.scheduler + 1, 2, 2])
    const {quality, spans} = await factsOf(source)
    assert.equal(quality.folded, 2)
    assert.deepEqual(spans[0]!.users, exactly(most.scheduler + 3))
    await insertRun(store, 903, {scheduler: 'one more'}, {}, nowMs + dayMs / 2)
    assert.equal(new Map(await schedulersOf()).get('one more'), 1)
  })

  test('it folds each kind of value and each project by itself, and never a user', async t => {
    const {store, source} = await make(t)
    for (const run of numbers(most.os_name + 1))
      await insertRun(store, run, {os: {name: `n${run}`, version: 'v', arch: null, readable: null}, version: `${run}`})
    await insert(store, [startOf(1, nowMs)], {project: 'mantid', header: sampleHeader({os: null, scheduler: 's'})})
    const {named, spans} = await factsOf(source)
    assert.equal(named.system.filter(({name}) => name === other).length, 1)
    assert.equal(named.version.length, most.os_name + 1)
    assert.deepEqual(spans[0]!.users, exactly(most.os_name + 1))
    assert.equal((await factsOf(source, {project: 'mantid'})).quality.folded, 0)
  })

  test('it folds texts of fields, and neither values of an enum nor features that the project names', async t => {
    const {store, source} = await make(t)
    const fields = {
      input: {type: 'pattern', pattern: '[a-z0-9]+', description: 'What it read'},
      mode: {type: 'enum', values: ['local', 'remote'], description: 'Where it runs'},
    }
    const features = {types: ['Feature'], names: ['Load.v1'], allowOther: true}
    await store.saveProjects([sampleProject({fields, features})])
    const starts = numbers(most.field + 1).map(run => startOf(run, nowMs, {fields: {input: `i${run}`, mode: 'local'}}))
    const uses = numbers(most.feature + 1).map(use =>
      featureOf(use, nowMs, {run: null, name: `Invented ${use}`, count: 2}),
    )
    await insert(store, [...starts, ...uses])
    await insert(store, [featureOf(9_999, nowMs, {run: null, name: 'Load.v1'})])
    const facts = await factsOf(source, {valueFields: ['input', 'mode']})
    const inputs = facts.valueFields.filter(({name, value}) => name === 'input' && value !== null)
    assert.deepEqual([inputs.length, inputs.find(({value}) => value === other)?.runs], [most.field + 1, 1])
    assert.deepEqual(
      facts.valueFields
        .filter(({name, value}) => name === 'mode' && value !== null)
        .map(({value, runs}) => [value, runs]),
      [['local', most.field + 1]],
    )
    const counts = new Map(facts.features.map(({name, count}) => [name, count]))
    assert.deepEqual([counts.size, counts.get(other), counts.get('Load.v1')], [most.feature + 2, 2, 1])
    assert.equal(facts.quality.folded, 2)
  })

  test('it keeps all values of an import, which need no room', async t => {
    const {store, source} = await make(t)
    for (const run of numbers(most.scheduler + 1))
      await store.insert([
        batchOf([startOf(run, nowMs)], {header: sampleHeader({scheduler: `s${run}`}), isTrusted: true}),
      ])
    await insertRun(store, 900, {scheduler: 'a new one'})
    const {named, quality} = await factsOf(source)
    assert.equal(named.scheduler.length, most.scheduler + 2)
    assert.equal(quality.folded, 0)
  })

  test('it answers as a naive count of the folded data does', async t => {
    const {store, source} = await make(t)
    const random = seededRandom(17)
    const sent = randomUse(120, random).map(one => ({
      ...one,
      header: {...one.header, scheduler: `s${Math.floor(random() * 90)}`, agent: `a${Math.floor(random() * 70)}`},
    }))
    await store.insert(sent.map(({event, header}) => batchOf([event], {header, receivedAtMs: nowMs})))
    const {quality, ...facts} = await factsOf(source)
    const folded = naiveFold(sent)
    assertSameFacts(facts, naiveFacts(folded, question))
    assert.equal(quality.folded, folded.filter(({header}, index) => header !== sent[index]!.header).length)
    assert.ok(quality.folded > 0)
  })
}

/** Folds schedulers and agents that all came on one day, in the simplest way. */
function naiveFold(sent: readonly Sent[]): Sent[] {
  const known = {scheduler: new Set<string>(), agent: new Set<string>()}
  return sent.map(one => {
    const changes: {scheduler?: string; agent?: string} = {}
    for (const kind of ['scheduler', 'agent'] as const) {
      const value = one.header[kind]!
      if (known[kind].size < most[kind]) known[kind].add(value)
      if (!known[kind].has(value)) changes[kind] = other
    }
    return Object.keys(changes).length === 0 ? one : {...one, header: {...one.header, ...changes}}
  })
}
