import assert from 'node:assert/strict'
import {test} from 'node:test'
import {drawBadge} from '../../../src/dashboard/parts/badge.ts'
import {answerBadge} from '../../../src/dashboard/parts/page-answer.ts'

test('it draws label and value, escaped and with enough width', () => {
  const badge = drawBadge('users per month', '<script>')
  assert.match(badge, /aria-label="users per month: &lt;script&gt;"/)
  assert.doesNotMatch(badge, /<script/)
  const width = (value: string) => Number(/^<svg[^>]* width="(\d+)"/.exec(drawBadge('users', value))![1])
  assert.ok(width('12,345') > width('12'))
})

test('it may be cached for an hour, and is answered with 304 if the browser has it', () => {
  const fresh = answerBadge(drawBadge('runs', '5'), null, true)
  assert.deepEqual([fresh.status, fresh.headers['Cache-Control']], [200, 'public, max-age=3600'])
  const tag = fresh.headers['ETag']!
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`])
    assert.deepEqual([answerBadge(drawBadge('runs', '5'), known, true).status, known], [304, known])
  assert.equal(answerBadge(drawBadge('runs', '6'), tag, true).status, 200)
})
