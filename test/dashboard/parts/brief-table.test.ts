import assert from 'node:assert/strict'
import {test} from 'node:test'
import {briefTable} from '../../../src/dashboard/parts/brief-table.ts'

const table = {
  section: 'users',
  title: 'Users',
  columns: ['span', 'period', 'value', 'exact', 'low', 'high', 'complete'],
}

test('it leaves out redundant columns and gives the others readable names', () => {
  const rows = [
    ['range', '2026-01-01/2026-02-28', 9, true, 9, 9, true],
    ['period', '2026-01', 5, true, 5, 5, true],
  ]
  const brief = briefTable({...table, rows})
  assert.deepEqual(brief.columns, ['period', 'users'])
  assert.deepEqual(brief.rows, [
    ['all', 9],
    ['2026-01', 5],
  ])
})

test('it keeps bounds and completeness if a row needs them', () => {
  const brief = briefTable({...table, rows: [['period', '2026-01', 5, false, 4, 6, false]]})
  assert.deepEqual(brief.columns, ['period', 'users', 'at least', 'at most', 'complete'])
})

test('it shows a text for a missing name', () => {
  const nameless = (section: string) =>
    briefTable({section, title: '', columns: ['name', 'runs'], rows: [[null, 1]]}).rows![0]![0]
  assert.deepEqual([nameless('schedulers'), nameless('systems')], ['none', 'unknown'])
})
