import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {readFields, readPeriod} from '../../../src/cli/arguments/read-values.ts'
import type {Declarations} from '../../../src/protocol/project/declaration.ts'

const declared: Declarations = {
  executors: {type: 'integer', min: 0, description: 'Count'},
  ratio: {type: 'number', description: 'Ratio'},
  parallel: {type: 'boolean', description: 'Whether'},
  engine: {type: 'enum', values: ['1', 'two'], description: 'Which'},
}

describe('fields on a command line', () => {
  it('are read in the types that the project declares', () => {
    const pairs = ['executors=2', 'ratio=0.5', 'parallel=true', 'engine=1']
    assert.deepEqual(readFields(declared, pairs, '--field').fields, {
      executors: 2,
      ratio: 0.5,
      parallel: true,
      engine: '1',
    })
  })

  it('stay text where they are not of their type, so that the recorder can say what came', () => {
    assert.deepEqual(readFields(declared, ['executors=many', 'executors2=', 'parallel=yes'], '--field').fields, {
      executors: 'many',
      executors2: '',
      parallel: 'yes',
    })
  })

  it('may hold the sign between name and value in their value', () => {
    assert.deepEqual(readFields(declared, ['engine=a=b'], '--field').fields, {engine: 'a=b'})
  })

  it('are left out and named without a name or a value', () => {
    for (const pair of ['executors', '=2', '']) {
      const {fields, misread} = readFields(declared, [pair, 'ratio=1'], '--field')
      assert.deepEqual([fields, misread], [{ratio: 1}, [`--field: must be K=V, got ${JSON.stringify(pair)}`]])
    }
  })

  it('cannot reach the prototype of an object', () => {
    const {fields} = readFields(declared, ['__proto__=1', 'constructor=2'], '--field')
    assert.deepEqual(Object.keys(fields), ['__proto__', 'constructor'])
    assert.equal(Object.getPrototypeOf(fields), Object.prototype)
  })
})

describe('the period of usage access', () => {
  it('is a year, a month, a first day or always', () => {
    for (const period of ['2025', '2025-11', '2025-07-01', 'always']) assert.equal(readPeriod(period), period)
    for (const period of ['NONSENSE', '', '25', '2025-13', '2025-13-45', '2025-07-01T00:00:00Z'])
      assert.throws(() => readPeriod(period), {code: 'USAGE_WRONG_USE', message: /^--period must be a year/})
  })
})
