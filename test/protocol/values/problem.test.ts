import assert from 'node:assert/strict'
import {test} from 'node:test'
import * as v from 'valibot'
import {describeValue, formatPath, formatProblem, toProblems} from '../../../src/protocol/values/problem.ts'

test('writes a path for people', () => {
  assert.equal(formatPath([]), 'the document')
  assert.equal(formatPath(['fields', 'executors', 'min']), 'fields.executors.min')
  assert.equal(formatPath(['events', 3, 'name']), 'events[3].name')
})

test('shows a value from outside briefly', () => {
  assert.equal(describeValue(undefined), 'nothing')
  assert.equal(describeValue(null), 'null')
  assert.equal(describeValue([1]), 'a list')
  assert.equal(describeValue({}), 'an object')
  assert.equal(describeValue('two'), '"two"')
  assert.equal(describeValue('x'.repeat(1000)).length, 58)
})

test('replaces characters that move the cursor or change the direction of writing', () => {
  const problem = {path: ['a\u001b[2Jb'], message: `got ${describeValue('\u001b[2J\u202e\u009b\u2028')}`}
  assert.doesNotMatch(formatProblem(problem), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/)
})

test('describes each rule in words, also a rule without a message of ours', () => {
  const whole = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3))
  const schema = v.object({a: whole, b: v.string(), c: v.boolean(), d: v.array(whole), e: v.object({})})
  const said = (changes: object): string[] => {
    const {issues} = v.safeParse(schema, {a: 1, b: '', c: true, d: [], e: {}, ...changes})
    return toProblems(issues ?? []).map(formatProblem)
  }
  assert.deepEqual(said({a: 1.5}), ['a: must be a whole number, got 1.5'])
  assert.deepEqual(said({a: 0}), ['a: must be at least 1, got 0'])
  assert.deepEqual(said({a: 4}), ['a: must be at most 3, got 4'])
  assert.deepEqual(said({a: '1'}), ['a: must be a number, got "1"'])
  assert.deepEqual(said({b: 1, c: 'yes'}), ['b: must be text, got 1', 'c: must be true or false, got "yes"'])
  assert.deepEqual(said({d: {}, e: 1}), ['d: must be a list, got an object', 'e: must be an object, got 1'])
  assert.deepEqual(said({d: [1, null]}), ['d[1]: must be a number, got null'])
  assert.deepEqual(said({a: undefined}), ['a: is required'])
})
