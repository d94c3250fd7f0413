import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fillWithDemo} from '../../../src/collector/demo/fill.ts'
import {demoProject} from '../../../src/collector/demo/project.ts'
import {openSqliteSource, openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {writeHtmlReport, writeMarkdownReport} from '../../../src/dashboard/pages/report.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import {nowMs} from '../../collector/samples.ts'
import {sample} from '../../stats/sample-stats.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

test('it has period, figures with plots, method, definitions and limits in one file that loads nothing', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  await fillWithDemo(store, nowMs)
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const query = parseStatsQuery({project: 'heatflow', from: '2026-01-01', ci: 'none'}, nowMs)
  const stats = await answerStats(source, demoProject(), query, nowMs)
  const html = writeHtmlReport(stats, {nowMs, title: 'Heatflow <4>'})
  const markdown = writeMarkdownReport(stats, {nowMs})
  assert.match(html, /From 1 January 2026 to 22 November 2026, by month \(in progress\)\. Filters: CI none\./)
  assert.match(html, /<h1>Usage of <bdi>Heatflow &lt;4&gt;<\/bdi><\/h1>/)
  for (const text of [html, markdown])
    for (const part of ['Method', 'Definitions', 'Limits of the numbers', 'Outcomes', 'opted out'])
      assert.ok(text.includes(part), part)
  assert.ok(html.match(/<svg class="wide"/g)!.length >= 6)
  assert.doesNotMatch(html, /<script|<link|<img|<iframe| src=| href=| style=/)
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'"/)
  // Markdown has no drawings, so no text describes them.
  assert.doesNotMatch(markdown, /pale|band|logarithmic/)
  assert.match(markdown, /\| 2026-03 \| \d+ \|/)
  assert.doesNotMatch(markdown + html, /FreeBSD/)
})

test('it contains no figure about fewer than five users', () => {
  const one = {total: 4, exact: true, low: 4, high: 4}
  const few: Stats = {...sample, users: {...sample.users, ...one}}
  for (const text of [writeHtmlReport(few, {nowMs}), writeMarkdownReport(few, {nowMs})]) {
    assert.match(text, /Fewer than 5 users are known, so this report contains no figures/)
    assert.doesNotMatch(text, /\| 2026|<svg/)
  }
})
