import assert from 'node:assert/strict'
import {test} from 'node:test'
import {answers} from '../../../src/stats/model/answers.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {tablesOf} from '../../../src/stats/write/tables.ts'
import {sample} from '../sample-stats.ts'

test('it has a table for every answer, in the order of the registry', () => {
  assert.deepEqual(
    tablesOf(sample).map(({section, title}) => [section, title]),
    answers.map(({key, title}) => [key, title]),
  )
})

test('it has a cell for each column, and a value in at least one cell of each column', () => {
  const several = {
    ...sample,
    readableSystems: sample.systems,
    adoption: [{period: '2026-01', versions: sample.versions!, complete: true}],
  }
  const flow = {
    period: '2026-01',
    since: '2026-01-01',
    new: 1,
    returning: 1,
    lost: 1,
    reason: 'runs-gone',
    complete: true,
  } as const
  const fault = {exitCode: 1, signal: 'SIGKILL', runs: 1}
  const full: Stats = {
    ...several,
    userFlow: [flow],
    commonestFault: fault,
    trend: {...sample.trend, previous: {...sample.trend.previous, reason: 'not-collected'}},
    filters: {...sample.filters, system: 'Linux'},
    quality: {...sample.quality, featuresSince: '2026-01-01'},
  }
  for (const {section, columns, rows} of tablesOf(full)) {
    for (const row of rows ?? []) assert.equal(row.length, columns.length, section)
    for (const row of rows ?? []) assert.ok(!row.includes(undefined as never), section)
    if ((rows ?? []).length > 0)
      for (const [place, column] of columns.entries())
        assert.ok(
          rows!.some(row => row[place] !== null),
          `${section}: ${column}`,
        )
  }
})

test('it has null instead of rows if a filter makes the answer impossible', () => {
  const changes: Partial<Stats> = {versions: null, exitCodes: [], outcomes: null, commonestFault: null, fields: null}
  const rowsOf = new Map(tablesOf({...sample, ...changes}).map(({section, rows}) => [section, rows]))
  for (const section of ['versions', 'outcomes', 'commonestFault', 'fields', 'fieldValues'])
    assert.equal(rowsOf.get(section as never), null, section)
  assert.deepEqual(rowsOf.get('exitCodes'), [])
})
