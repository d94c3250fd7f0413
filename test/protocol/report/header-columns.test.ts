import assert from 'node:assert/strict'
import {test} from 'node:test'
import {
  emptyHeader,
  headerColumns,
  headerOfValues,
  valuesOfHeader,
} from '../../../src/protocol/report/header-columns.ts'
import {assertContains} from '../../support/assert-contains.ts'
import {fixturesIn, readJsonFixture} from '../../support/fixtures.ts'

for (const name of fixturesIn('reports'))
  test(`has a column for each value of the header in ${name}`, () => {
    const {header} = readJsonFixture(name)
    assertContains(headerOfValues(valuesOfHeader({...emptyHeader, ...header})), header)
  })

test('has a column for each value of an inner object', () => {
  const os = {name: 'Linux', version: null, arch: 'x64', readable: null}
  const values = valuesOfHeader({...emptyHeader, version: '1.0', os})
  assert.partialDeepStrictEqual(values, {version: '1.0', os_name: 'Linux', os_version: null, os_arch: 'x64', ci: null})
  assert.deepEqual(Object.keys(values), headerColumns)
  assert.deepEqual(headerOfValues(values).os, os)
})

test('keeps a boolean as text, and false as null', () => {
  assert.equal(valuesOfHeader({...emptyHeader, isNewSecret: true}).is_new_secret, 'true')
  assert.equal(valuesOfHeader(emptyHeader).is_new_secret, null)
  for (const isNewSecret of [true, false])
    assert.equal(headerOfValues(valuesOfHeader({...emptyHeader, isNewSecret})).isNewSecret, isNewSecret)
})

test('has only null values and false in the empty header', () => {
  assert.deepEqual(headerOfValues(valuesOfHeader(emptyHeader)), emptyHeader)
  assert.deepEqual(new Set(Object.values(emptyHeader)), new Set([null, false]))
  assert.deepEqual(new Set(Object.values(valuesOfHeader(emptyHeader))), new Set([null]))
})
