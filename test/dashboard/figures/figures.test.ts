import assert from 'node:assert/strict'
import {suite, test} from 'node:test'
import {figures} from '../../../src/dashboard/figures/figures.ts'
import {plainFigure} from '../../../src/dashboard/figures/plain.ts'
import {writeHtmlAnswers} from '../../../src/dashboard/pages/answers-page.ts'
import {figurePages} from '../../../src/dashboard/pages/figure-pages.ts'
import type {AnswerRow} from '../../../src/stats/model/answer-row.ts'
import {answers} from '../../../src/stats/model/answers.ts'
import {tableOf} from '../../../src/stats/write/tables.ts'
import {hostileStats, sample} from '../../stats/sample-stats.ts'

const rows: readonly AnswerRow[] = answers

suite('the figures', () => {
  test('it shows every answer on a page, in its own figure or within another', () => {
    const uncertainUsers = [{kind: 'only-agents', users: 3, usersLow: 3, usersHigh: 3}] as const
    const html = writeHtmlAnswers({...sample, uncertainUsers, filters: {...sample.filters, system: 'Linux'}})
    for (const {key, within} of rows) {
      if (key === 'filters') assert.match(html, /Filters: system Linux/)
      else assert.ok(html.includes(`<section id="${within ?? key}"`), key)
    }
  })

  test('it shows each figure on exactly one page', () => {
    const drawn = figurePages.flatMap(page => page.figures.map(({row}) => row.key))
    assert.deepEqual(drawn.sort(), figures.map(({row}) => row.key).sort())
    assert.equal(new Set(drawn).size, drawn.length)
  })

  test('it shows trend, most common fault and field values within another figure', () => {
    const textOf = (key: string): string => {
      const {describe, draw} = figures.find(({row}) => row.key === key)!
      return describe(sample) + draw(sample)
    }
    assert.match(textOf('runs'), /29 % more than in the previous range/)
    assert.match(textOf('exitCodes'), /Most common fault: exit code 137/)
    assert.match(textOf('details'), /Load\.v1, mode = local/)
    assert.match(textOf('fields'), /mode = local/)
    assert.match(textOf('fields'), /<bdi>executors<\/bdi> over time/)
    const within = rows.filter(row => row.within !== undefined).map(({key}) => key)
    assert.deepEqual(within, ['trend', 'marks', 'commonestFault', 'fieldValues', 'fieldPeriods'])
  })
})

test('it names the runs that are compared before and after a mark, also with a filter on a version', () => {
  const hintOf = (appVersion: string | null): string | undefined =>
    figures.find(({row}) => row.key === 'beforeAndAfter')!.hint?.({...sample, filters: {...sample.filters, appVersion}})
  assert.match(hintOf(null)!, /^Runs of all versions, /)
  assert.match(hintOf('2.0')!, /^Runs of version 2\.0, /)
})

test('it draws no chart of users whose flow is unknown in every period', () => {
  const userFlow = sample.periods.map(({period, complete}) => {
    const unknown = {since: null, new: null, returning: null, lost: null}
    return {period, complete, ...unknown, reason: 'pseudonyms-changed' as const}
  })
  assert.equal(figures.find(({row}) => row.key === 'userFlow')!.draw({...sample, userFlow}), '')
})

suite('a figure without its own drawing', () => {
  const row: AnswerRow = {...rows.find(({key}) => key === 'features')!, breakdown: undefined as never}

  test('it shows every cell of its table, and a bar for the first number', () => {
    const {describe, draw} = plainFigure(row)
    assert.equal(describe(sample), '2 rows')
    const html = draw(sample)
    for (const cell of tableOf(row, sample).rows!.flat())
      if (cell !== null) assert.ok(html.includes(String(cell).slice(0, 5)), String(cell))
    assert.equal(html.match(/<svg class="bar"/g)?.length, 2)
  })

  test('it escapes hostile names', () => {
    assert.doesNotMatch(plainFigure(row).draw(hostileStats), /<script|<img|[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/)
  })
})
