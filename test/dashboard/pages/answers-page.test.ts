import assert from 'node:assert/strict'
import {test} from 'node:test'
import {writeHtmlAnswers} from '../../../src/dashboard/pages/answers-page.ts'
import {hostileStats, sample} from '../../stats/sample-stats.ts'

test('it shows every answer with its chart on one page that loads nothing', () => {
  const page = writeHtmlAnswers(sample)
  for (const id of ['users', 'runs', 'features', 'adoption', 'systems', 'outcomes', 'duration', 'quality', 'caveats'])
    assert.ok(page.includes(`<section id="${id}"`), id)
  assert.match(page, /<svg class="wide"/)
  assert.doesNotMatch(page, /<script|<link|<img| src=| href=| style=|url\(/)
})

test('it names the answers that a filter makes impossible', () => {
  const filters = {...sample.filters, ci: 'none' as const}
  const page = writeHtmlAnswers({...sample, filters, unanswered: ['scripts', 'quality.refused']})
  assert.match(page, /Filters: ci none/)
  assert.match(page, /No answer with this filter: scripts, quality\.refused/)
  assert.doesNotMatch(page, /<section id="scripts"/)
})

test('it escapes hostile names', () => {
  assert.doesNotMatch(writeHtmlAnswers(hostileStats), /<script|[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/)
})
