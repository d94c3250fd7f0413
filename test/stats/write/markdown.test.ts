import assert from 'node:assert/strict'
import {test} from 'node:test'
import {escapeMarkdown, writeMarkdown} from '../../../src/stats/write/markdown.ts'
import {hostileStats, sample} from '../sample-stats.ts'

test('it writes a table for each answer with rows', () => {
  const text = writeMarkdown(sample)
  assert.match(text, /^# parsl\n\n2026-01-01 to 2026-03-10, by month \\\(the last period is in progress\\\)\n/)
  assert.match(
    text,
    /## Versions\n\n\| version \| runs \| users \| usersLow \| usersHigh \| .* \|\n\| --- .*\n\| 3\.5\.2 \| 40 \| 9 \| 9 \| 9 \| 0 \| 0 \|\n/,
  )
  assert.doesNotMatch(text, /## Limited to|## Applications/)
})

test('it writes one section, and names the answers that a filter makes impossible', () => {
  assert.deepEqual(writeMarkdown(sample, 'ci').match(/^## .*$/gm), ['## Continuous integration'])
  assert.match(writeMarkdown({...sample, runs: null, versions: null}), /No answer with this filter: Runs, Versions\n$/)
})

test('it escapes names, so that they cannot end a cell or be markup or a link', () => {
  const text = writeMarkdown(hostileStats)
  assert.doesNotMatch(text, /<|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|[^\\][`*]|[^\\]\[/)
  for (const line of text.split('\n').filter(one => one.startsWith('|')))
    assert.ok(/^\|(?: (?:[^|\\]|\\.)* \|)+$/.test(line), line)
  assert.equal(escapeMarkdown('https://x www.y a@b'), 'https\\://x www\\.y a\\@b')
})
