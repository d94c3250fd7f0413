import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {test} from 'node:test'
import {fillWithDemo} from '../../../src/collector/demo/fill.ts'
import {demoProject} from '../../../src/collector/demo/project.ts'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {readCitation} from '../../../src/dashboard/report/citation.ts'
import {writeHtmlReport} from '../../../src/dashboard/report/write-html.ts'
import {writeReportJson} from '../../../src/dashboard/report/write-json.ts'
import {writeMarkdownReport} from '../../../src/dashboard/report/write-markdown.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import {nowMs} from '../../collector/samples.ts'
import {hostile, hostileStats, sample} from '../../stats/sample-stats.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {reportOf} from './sample-report.ts'

test('it has facts, sentences, figures with plots, method and limits in one file that loads nothing', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  await fillWithDemo(store, nowMs)
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const query = parseStatsQuery({project: 'heatflow', from: '2026-01-01', ci: 'none'}, nowMs)
  const stats = await answerStats(source, demoProject(), query, nowMs)
  const report = reportOf(stats, {project: {...demoProject(), name: 'Heatflow <4>'}})
  const html = writeHtmlReport(report)
  const markdown = writeMarkdownReport(report)
  assert.match(html, /From 1 January 2026 to 22 November 2026, by month \(in progress\)\. Filters: CI none\./)
  assert.match(html, /<h1><bdi>Usage of Heatflow &lt;4&gt;<\/bdi><\/h1>/)
  for (const text of [html, markdown])
    for (const part of ['In short', 'How it was counted', 'What the numbers cannot show', 'Outcomes', 'opted out'])
      assert.ok(text.includes(part), part)
  for (const text of [html, markdown]) assert.ok(text.includes('heatflow'), 'the contact of the project file')
  assert.ok(html.match(/<svg class="wide"/g)!.length >= 6)
  assert.doesNotMatch(html, /<script(?! type="application\/ld\+json">)|<link|<img|<iframe| src=| style=/)
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'"/)
  // Markdown has no drawings, so no text describes them.
  assert.doesNotMatch(markdown, /pale|band|logarithmic/)
  assert.match(markdown, /\| 2026-03 \| \d+ \|/)
  assert.doesNotMatch(markdown + html + writeReportJson(report.document), /FreeBSD/)
})

const enough: Stats = {...sample, users: {...sample.users, periods: sample.users.periods.slice(1, 2)}}

test('it names the SHA-256 of report.json, which does not say when it was made', () => {
  const report = reportOf(enough)
  const json = writeReportJson(report.document)
  const hash = createHash('sha256').update(json).digest('hex')
  for (const text of [writeHtmlReport(report), writeMarkdownReport(report)]) assert.ok(text.includes(hash))
  assert.equal(writeReportJson(reportOf(enough, {nowMs: nowMs + 1_000}).document), json)
})

test('it has the same numbers in JSON as in Markdown', () => {
  const report = reportOf(enough)
  const {figures} = report.document
  const lines = writeMarkdownReport(report).split('\n')
  assert.ok(figures.length > 4)
  for (const {title, rows} of figures) {
    const from = lines.indexOf(`## ${title}`)
    const to = lines.findIndex((line, place) => place > from && line.startsWith('## '))
    const inMarkdown = lines
      .slice(from, to)
      .filter(line => line.startsWith('| '))
      .slice(2)
    const numbers = rows.map(row => Object.values(row).filter(cell => typeof cell === 'number').length)
    assert.deepEqual(
      inMarkdown.map(
        line => line.split(' | ').filter(cell => /^(?:\| )?-?[\d.]+(?:e-\d+)?(?: \|)?$/.test(cell)).length,
      ),
      numbers,
      title,
    )
  }
})

test('it has an InteractionCounter of the runs for other programs, and no text in it ends the script', () => {
  const dataOf = (html: string) => JSON.parse(/<script type="application\/ld\+json">(.*)<\/script>/.exec(html)![1]!)
  const data = dataOf(writeHtmlReport(reportOf(enough)))
  assert.deepEqual(data.interactionStatistic, [
    {
      '@type': 'InteractionCounter',
      interactionType: {'@type': 'UseAction'},
      name: 'runs',
      userInteractionCount: 42,
      startTime: '2026-01-01T00:00:00Z',
      endTime: '2026-03-10T23:59:59Z',
    },
  ])
  const citation = readCitation({title: hostile, authors: [{name: hostile}], abstract: hostile})
  const html = writeHtmlReport(reportOf({...hostileStats, users: enough.users}, {citation}))
  assert.equal(html.match(/<\/script/g)!.length, 1)
  assert.match(dataOf(html).name, /<img src=x/)
  assert.doesNotMatch(html, /\u001b|\u202e|onerror=alert\(1\)>/)
})

test('it says of fewer than five users what can be said, and no figure', () => {
  const one = {total: 4, exact: true, low: 4, high: 4}
  const few = reportOf({...sample, users: {...sample.users, ...one}})
  assert.deepEqual([few.document.figures, few.document.years, few.document.fewUsers], [[], null, true])
  for (const text of [writeHtmlReport(few), writeMarkdownReport(few)]) {
    assert.match(text, /fewer than 5 people are known who used parsl/)
    assert.match(text, /Continuous integration ran parsl 3 times/)
    assert.match(text, /How it was counted/)
    assert.doesNotMatch(text, /\| 2026|<svg|\b42\b/)
  }
  const {low: _, ...none} = {...exactly(0), low: 0}
  const unused = {...sample.users, ...none, low: 0, periods: []}
  const empty = {...sample, users: unused, runs: {...sample.runs!, total: 0}, features: []}
  assert.match(writeMarkdownReport(reportOf(empty)), /no use of parsl was reported/)
})

const exactly = (total: number) => ({total, exact: true, low: total, high: total})

test('it says that earlier years are missing where retention has left totals that they cut', () => {
  const year = {...enough, from: '2026-01-01', to: '2026-12-31', year: '2026', by: 'year'} as const
  const yearsOf = (since: string) => {
    const report = reportOf(year, {years: {byYear: {...year, since}, rest: null}})
    return {years: report.document.years!, markdown: writeMarkdownReport(report)}
  }
  const gone = yearsOf('2025-06-01')
  assert.deepEqual([gone.years.rows.length, gone.years.areEarlierGone], [1, true])
  assert.match(gone.markdown, /Earlier years are left out, because only totals/)
  assert.equal(yearsOf('2026-01-01').years.areEarlierGone, false)
})

test('it names filters in each sentence to paste, and the most used features where years are not told', () => {
  const [load] = sample.features!
  const used = ['A', 'B', 'C', 'D'].map(name => ({...load!, name, users: 9, usersLow: 9, usersHigh: 9}))
  const stats: Stats = {...enough, features: used, filters: {...sample.filters, system: 'Linux'}}
  const {sentences} = reportOf(stats).document
  assert.equal(sentences.length, 4)
  for (const sentence of sentences) assert.match(sentence, /^From .* \(filters: system Linux\), /)
  assert.match(
    sentences[3]!,
    /the most used features were A \(1,500 times\), B \(1,500 times\) and C \(1,500 times\)\.$/,
  )
})
