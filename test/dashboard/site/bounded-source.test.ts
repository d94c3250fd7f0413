import assert from 'node:assert/strict'
import {test} from 'node:test'
import {boundQuestions} from '../../../src/dashboard/site/bounded-source.ts'
import type {StatsFacts, StatsQuestion, StatsSource} from '../../../src/stats/model/source.ts'

const question = {} as StatsQuestion
const facts = {} as StatsFacts

/** A source whose questions the test answers, in the order in which they are asked. */
function answeredByTest() {
  const open: PromiseWithResolvers<StatsFacts>[] = []
  const source: StatsSource = {
    projects: async () => [],
    facts() {
      const answer = Promise.withResolvers<StatsFacts>()
      open.push(answer)
      return answer.promise
    },
    close: async () => {},
  }
  return {open, source}
}

test('it asks two questions at a time, lets one wait, and refuses a fourth', async () => {
  const {open, source} = answeredByTest()
  const bounded = boundQuestions(source, {atOnce: 2, waiting: 1})
  const asked = [1, 2, 3].map(() => bounded.facts(question))
  assert.equal(open.length, 2)
  await assert.rejects(bounded.facts(question), {code: 'USAGE_COLLECTOR_BUSY', http: 503})
  open[0]!.resolve(facts)
  assert.equal(await asked[0], facts)
  assert.equal(open.length, 3)
})

test('it asks the next question also after one that failed', async () => {
  const {open, source} = answeredByTest()
  const bounded = boundQuestions(source, {atOnce: 1, waiting: 1})
  const [first, second] = [bounded.facts(question), bounded.facts(question)]
  open[0]!.reject(new Error('disk I/O error'))
  await assert.rejects(first, /disk I\/O error/)
  open[1]!.resolve(facts)
  assert.equal(await second, facts)
  const third = bounded.facts(question)
  assert.equal(open.length, 3)
  open[2]!.resolve(facts)
  await third
})
