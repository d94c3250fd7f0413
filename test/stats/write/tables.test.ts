import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import type {Stats} from '../../../src/stats/model/model.ts'
import {sectionNames, tablesOf} from '../../../src/stats/write/tables.ts'
import {repositoryPath} from '../../support/repository.ts'
import {sample} from '../sample-stats.ts'

test('it has a table for every answer, in the order of its names', () => {
  const tables = tablesOf(sample)
  assert.deepEqual(
    tables.map(({section}) => section),
    sectionNames,
  )
  const head = ['project', 'from', 'to', 'by', 'unanswered']
  const partsOfAnswers = ['fieldValues', 'tables']
  const ownKeys = sectionNames.filter(name => !partsOfAnswers.includes(name))
  assert.deepEqual([...head, ...ownKeys].sort(), Object.keys(sample).sort())
})

test('it has a cell for every column, and names columns as docs/stats.md does', () => {
  const words = new Set(readFileSync(repositoryPath('docs/stats.md'), 'utf8').match(/\w+/g))
  const own = ['span', 'against', 'onSeveralDaysLow', 'onSeveralDaysHigh']
  for (const {section, columns, rows} of tablesOf(sample)) {
    for (const row of rows ?? []) assert.equal(row.length, columns.length, section)
    for (const row of rows ?? []) assert.ok(!row.includes(undefined as never), section)
    for (const column of columns) assert.ok(words.has(column) || own.includes(column), `${section}: ${column}`)
  }
})

test('it has no rows where a filter leaves no answer, which is not the same as none', () => {
  const changes: Partial<Stats> = {versions: null, exitCodes: [], outcomes: null, commonestFault: null, fields: null}
  const rowsOf = new Map(tablesOf({...sample, ...changes}).map(({section, rows}) => [section, rows]))
  for (const section of ['versions', 'outcomes', 'commonestFault', 'fields', 'fieldValues'])
    assert.equal(rowsOf.get(section), null, section)
  assert.deepEqual(rowsOf.get('exitCodes'), [])
})
