import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import fc from 'fast-check'
import {writeHtmlAnswers} from '../../src/dashboard/pages/answers-page.ts'
import {drawBadge} from '../../src/dashboard/parts/badge.ts'
import {writeHtmlReport} from '../../src/dashboard/report/write-html.ts'
import {writeMarkdownReport} from '../../src/dashboard/report/write-markdown.ts'
import type {Stats} from '../../src/stats/model/model.ts'
import {writeHtml} from '../../src/stats/write/html.ts'
import {writeMarkdown} from '../../src/stats/write/markdown.ts'
import {reportOf} from '../dashboard/report/sample-report.ts'
import {hostile, hostileStats} from '../stats/sample-stats.ts'
import {holds} from '../support/near-json.ts'

/** Answers in which every name from outside is this one: versions, features, fields, signals, CI, the project. */
const statsOf = (name: string): Stats =>
  JSON.parse(
    JSON.stringify(hostileStats).replaceAll(JSON.stringify(hostile).slice(1, -1), () =>
      JSON.stringify(name).slice(1, -1),
    ),
  )

const scraps = [
  '<script>',
  '</td>',
  '<!--',
  ']]>',
  '&lt;',
  '&',
  '"',
  "'",
  ' onload=',
  '=cmd()',
  '|',
  '`',
  '\\',
  '[x](y)',
  '![',
  '*',
  '_',
  '#',
  '\n',
  '\u001b[2J',
  '\u202e',
  '\u2028',
  '~',
  '$',
  '{{',
  '://',
  'www.',
  '@',
]
const name = fc.oneof(
  fc.array(fc.constantFrom(...scraps), {minLength: 1, maxLength: 5}).map(parts => parts.join('').slice(0, 30)),
  fc.string({unit: 'binary', minLength: 1, maxLength: 30}),
)

/** The label of a mark in a chart, which is only drawn where there is room for it. */
const markLabel =
  /(?<=<path class="mark" [^<>]*><title>[^<>"]*<\/title><\/path>)<text x="[\d.]*" y="[\d.]*">[^<>"]*<\/text>/g

/** The pattern of a series in a chart. Which series has none depends on the order of their names. */
const pattern = / fill="url\(#[\w-]*\)"/g

/** What of a page is markup: a name that is only text changes nothing of it. */
const markupOf = (page: string): string =>
  page
    .replace(markLabel, '')
    .replace(pattern, '')
    .replace(/[^<>"]/g, '')
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

describe('a name from outside, whatever it is', () => {
  const pages = {
    table: (stats: Stats) => writeHtml(stats),
    answers: (stats: Stats) => writeHtmlAnswers(stats),
    report: (stats: Stats) => writeHtmlReport(reportOf(stats)),
    badge: ({project}: Stats) => drawBadge(project, project),
  }
  for (const [page, write] of Object.entries(pages)) {
    const plain = markupOf(write(statsOf('plain')))
    it(`is only text: ${page}`, () => {
      holds(name, one => {
        const written = write(statsOf(one))
        assert.equal(markupOf(written), plain)
        assert.doesNotMatch(written, unsafe)
      })
    })
  }

  it('adds no cell and no line to a table of Markdown', () => {
    const shapeOf = (text: string): string => text.replace(/\\./g, '').replace(/[^|\n<`]/g, '')
    for (const write of [
      (stats: Stats) => writeMarkdown(stats),
      (stats: Stats) => writeMarkdownReport(reportOf(stats)),
    ]) {
      const plain = shapeOf(write(statsOf('plain')))
      holds(name, one => {
        const written = write(statsOf(one))
        assert.equal(shapeOf(written), plain)
        assert.doesNotMatch(written, unsafe)
      })
    }
  })
})
