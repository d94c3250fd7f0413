import assert from 'node:assert/strict'
import {test} from 'node:test'
import {noFilters, parseFilters, type WrittenFilters} from '../../../src/stats/model/filters.ts'
import {readParameters} from '../../../src/stats/model/query.ts'
import {answersAgreeWithNaiveOnes} from './filters-contract.ts'

answersAgreeWithNaiveOnes(Array.from({length: 15}, (_, index) => index + 1))

test('it reads filters, and sets none by default', () => {
  assert.deepEqual(new Set(Object.values(noFilters)), new Set([null]))
  assert.deepEqual(parseFilters({}), noFilters)
  assert.deepEqual(parseFilters({'app-version': '3.5', ci: 'none', direct: '1'}), {
    ...noFilters,
    appVersion: '3.5',
    ci: 'none',
    internal: false,
  })
  assert.equal(parseFilters({internal: '1'}).internal, true)
  assert.deepEqual(
    ['only', 'none', 'codex'].map(agent => parseFilters({agent}).agent),
    ['only', 'none', 'codex'],
  )
})

test('it rejects invalid filters', () => {
  const wrong: WrittenFilters[] = [
    {ci: 'yes'},
    {system: ''},
    {application: 'x'.repeat(257)},
    {internal: 'true'},
    {internal: '1', direct: '1'},
  ]
  for (const written of wrong)
    assert.throws(() => parseFilters(written), {code: 'USAGE_QUERY_INVALID', message: /must /})
  parseFilters({application: 'x'.repeat(256)})
})

test('it rejects a parameter that is written twice instead of joining its values', () => {
  for (const name of ['app-version', 'application', 'field', 'by'])
    assert.throws(() => readParameters('parsl', {[name]: ['a', 'b']}), {
      ...{code: 'USAGE_QUERY_INVALID', message: `${name} must be written once, got 2 times`},
    })
})

test('it rejects an unknown parameter instead of answering another question', () => {
  assert.equal(readParameters('parsl', {'app-version': '1', by: 'week'})['app-version'], '1')
  for (const name of ['appVersion', 'aplication', 'project'])
    assert.throws(() => readParameters('parsl', {[name]: 'x'}), {code: 'USAGE_QUERY_INVALID'})
})
