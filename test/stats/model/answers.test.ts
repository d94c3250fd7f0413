import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {AnswerRow} from '../../../src/stats/model/answer-row.ts'
import {answers} from '../../../src/stats/model/answers.ts'
import {sample} from '../sample-stats.ts'

const rows: readonly AnswerRow[] = answers
/** Keys of `Stats` that repeat the question. */
const question = ['project', 'from', 'to', 'by', 'year', 'since', 'unanswered', 'unknownFilters', 'periods', 'fewUsers']

test('it has exactly one row for each answer', () => {
  const own = rows.filter(({partOf, key}) => partOf === undefined && key !== 'tables').map(({key}) => key)
  assert.deepEqual([...question, ...own].sort(), Object.keys(sample).sort())
  assert.equal(new Set(rows.map(({key}) => key)).size, rows.length)
})

test('it refers only to answers that exist and have a figure', () => {
  for (const {key, within, partOf} of rows) {
    if (within !== undefined)
      assert.ok(
        rows.some(row => row.key === within && row.within === undefined),
        key,
      )
    if (partOf !== undefined) assert.ok(partOf in sample, key)
  }
})

test('it has a title and a complete sentence as meaning in each row', () => {
  for (const {key, title, meaning} of rows) {
    assert.match(title, /^[A-Z][^.]*[^.\s]$/, key)
    assert.match(meaning, /^[A-Z].*\.$/, key)
  }
})
