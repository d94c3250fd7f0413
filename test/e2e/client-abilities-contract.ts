import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {type ClientDriver, fill, stepsOf} from '../support/client-driver.ts'
import {eventually} from '../support/eventually.ts'
import {readJsonFixture} from '../support/fixtures.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {collectorHere} from '../support/running-collector.ts'
import {readTree} from '../support/tree.ts'
import {makeClientScene} from './clients-contract.ts'

/** What is asked of a client once: the values that it writes, and each ability that its driver claims. */
export function clientDoesWhatItClaims(driver: ClientDriver): void {
  const {name, tools, start} = driver
  const makeScene = makeClientScene.bind(null, driver)
  const feature = fill(driver.feature, {NAME: 'Load.v1'})
  const end = fill(driver.end, {CODE: 3})
  describe(`${name}: events`, {concurrency: 2}, () => {
    it('writes a start, a use and an end of one run, with the exit code', needs(...tools), async t => {
      const {run, events} = makeScene(t)
      const {code, stdout} = await run(stepsOf(driver, start, feature, end))
      assert.deepEqual([code, stdout], [0, ''])
      const [first, use, last] = ['start', 'feature', 'end'].map(type => events().find(event => event.type === type))
      assert.ok(first?.type === 'start' && use?.type === 'feature' && last?.type === 'end' && events().length === 3)
      assert.deepEqual([use.run, last.run, use.name, use.featureType], [first.run, first.run, 'Load.v1', 'Algorithm'])
      assert.deepEqual([last.exitCode, last.signal], [3, null])
    })

    it(
      'counts a feature that is not declared, or lets the sender do so, and shows it in no report',
      needs(...tools),
      async t => {
        const {run, events, usage} = makeScene(t)
        await run(stepsOf(driver, start, fill(driver.feature, {NAME: 'Other'}), end))
        const waiting = events().filter(({type}) => type === 'feature').length
        assert.equal(((await usage('status')).projects[0].dropped['undeclared-feature'] ?? 0) + waiting, 1)
        assert.doesNotMatch(JSON.stringify(await usage('preview')), /Other/)
      },
    )

    it('records nothing in a process of an MPI job that is not its rank 0', needs(...tools), async t => {
      const {run, home} = makeScene(t)
      const before = readTree(home.home)
      await run(stepsOf(driver, start, feature, end), {OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '8'})
      assert.deepEqual(readTree(home.home), before)
    })
  })
  describe(`${name}: abilities`, {concurrency: 2}, () => {
    const {uses, field, detail, timings, threads, person, send} = driver
    if (uses !== undefined)
      it('writes as many uses as there were', needs(...tools), async t => {
        const {run, events} = makeScene(t)
        await run(stepsOf(driver, start, fill(uses, {NAME: 'Save.v1', COUNT: 250}), end))
        assert.equal(usesIn(events()), 250)
      })

    if (threads !== undefined)
      it('writes every use of eight threads', needs(...tools), async t => {
        const {run, events} = makeScene(t)
        const {code, stderr} = await run(threads)
        assert.deepEqual([code, usesIn(events())], [0, 800], stderr)
      })

    if (field !== undefined)
      it('keeps a declared field, and counts one that is not declared or does not fit', needs(...tools), async t => {
        const {run, events, usage} = makeScene(t)
        const values = [
          {NAME: 'executors', VALUE: '8'},
          {NAME: 'executors', VALUE: '1001'},
          {NAME: 'other', VALUE: '8'},
        ]
        for (const one of values) await run(stepsOf(driver, fill(field, one)))
        const found = events().flatMap(event => (event.type === 'start' ? [event.fields] : []))
        assert.deepEqual(found, [{executors: 8}, {}, {}])
        assert.equal((await usage('status')).projects[0].dropped['undeclared-field'], 2)
      })

    if (detail !== undefined)
      it('keeps a declared detail, and counts one that does not fit', needs(...tools), async t => {
        const {run, events, usage} = makeScene(t)
        for (const VALUE of ['nexus', 'other']) await run(stepsOf(driver, fill(detail, {NAME: 'format', VALUE})))
        const found = events().flatMap(event => (event.type === 'feature' ? [event.details ?? {}] : []))
        assert.deepEqual(found, [{format: 'nexus'}, {}])
        assert.equal((await usage('status')).projects[0].dropped['undeclared-field'], 1)
      })

    if (timings !== undefined)
      it('makes the bytes of test/fixtures/timings of durations', needs(...tools), async t => {
        const cases = readJsonFixture('timings/records.json') as {durations: number[]; json: string}[]
        const {run} = makeScene(t)
        const input = cases.map(({durations}) => `${durations.join(' ')}\n`).join('')
        const {stdout} = await run(timings, {}, {input})
        assert.deepEqual(
          stdout.trimEnd().split('\n'),
          cases.map(({json}) => json),
        )
      })

    if (person !== undefined)
      it('opts out, so that nothing waits, and in again', needs(...tools), async t => {
        const {run, events, usage} = makeScene(t)
        await run(stepsOf(driver, start))
        assert.equal(events().length, 1)
        const out = await run(`${person} optout`)
        assert.deepEqual([out.code, out.stderr, events()], [0, '', []])
        await run(stepsOf(driver, start, end))
        const [off] = (await usage('status')).projects
        assert.deepEqual([off.consent.allowed, off.dropped['opted-out']], [false, 1])
        assert.equal((await run(`${person} optin`)).code, 0)
        const [on] = (await usage('status')).projects
        assert.deepEqual([on.consent.allowed, on.consent.sending], [true, true])
      })

    if (send !== undefined)
      it('brings all that was recorded to a collector, once', needs(...tools), async t => {
        const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
        const {run, yes, events} = makeScene(t, collector.http)
        const many = uses === undefined ? feature : fill(uses, {NAME: 'Load.v1', COUNT: 100})
        for (const _ of [1, 2, 3]) await run(stepsOf(driver, start, many, end))
        await run(send, yes)
        await run(send, yes)
        await eventually(() => assert.deepEqual(events(), []))
        const {runs, outcomes, features} = await collector.stats('demo')
        const each = uses === undefined ? 1 : 100
        assert.deepEqual([runs.total, outcomes.failed, features[0]?.count], [3, 3, 3 * each])
      })
  })
}

/** The uses in events, each by its count. */
const usesIn = (events: ReturnType<ReturnType<typeof makeClientScene>['events']>): number =>
  events.reduce((sum, event) => sum + (event.type === 'feature' ? event.count : 0), 0)
