import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {before, suite, type TestContext, test} from 'node:test'
import {pathToFileURL} from 'node:url'
import axe from 'axe-core'
import type {Browser} from 'playwright-core'
import {askReport} from '../../src/cli/maintain/report/ask-report.ts'
import {fillWithDemo} from '../../src/collector/demo/fill.ts'
import {demoProject} from '../../src/collector/demo/project.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {readCitation} from '../../src/dashboard/report/citation.ts'
import {makeReport} from '../../src/dashboard/report/report.ts'
import {writeHtmlReport} from '../../src/dashboard/report/write-html.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import {nowMs} from '../collector/samples.ts'
import {hasTool, needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {forAllTests, openBrowser, sizes} from './open-browser.ts'

let browser: Browser
const ends = forAllTests()
before(async () => {
  if (hasTool('chromium')) browser = await openBrowser(ends)
})

/** Writes the report of the demo about a year into a file; gives its address. */
async function writeReport(t: TestContext, year: string): Promise<string> {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  await fillWithDemo(store, nowMs)
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const project = demoProject()
  const ask = (written: object) =>
    answerStats(source, project, parseStatsQuery({...written, project: 'heatflow'}, nowMs), nowMs)
  const answers = await askReport(ask, {project: 'heatflow', year})
  const citation = readCitation({
    title: 'Heatflow, a solver',
    license: 'MIT',
    doi: '10.1/a',
    authors: [{name: 'The team'}],
  })
  const path = join(directory, 'report.html')
  writeFileSync(path, writeHtmlReport(makeReport({...answers, project, citation, command: 'usage stats', nowMs})))
  return pathToFileURL(path).href
}

/** Puts a link at the foot of each part, which a PDF keeps with its place. Nothing moves by it. */
const markParts = `
for (const [number, part] of [...document.querySelectorAll('.report > *')].entries()) {
  part.style.position = 'relative'
  const mark = document.createElement('a')
  mark.href = 'https://mark.invalid/' + (part.className || part.id || 'part-' + number)
  mark.textContent = '.'
  mark.style.cssText = 'position:absolute;left:0;bottom:0;width:9px;height:3px;overflow:hidden;line-height:3px'
  part.prepend(mark)
}`

const a4Height = 842

/** The parts that end on each sheet of a PDF, and how much of the sheet is above the last end. */
function sheetsOf(pdf: string): {readonly parts: readonly string[]; readonly filled: number}[] {
  const objects = new Map([...pdf.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj/gm)].map(([, id, text]) => [id!, text!]))
  return [...objects.values()]
    .filter(text => /\/Type \/Page\b/.test(text))
    .map(text => {
      const [, list = ''] = /\/Annots \[([^\]]*)\]/.exec(text) ?? []
      const marks = [...list.matchAll(/(\d+) 0 R/g)].flatMap(([, id]) => {
        const annotation = objects.get(id!) ?? ''
        const [, part] = /mark\.invalid\/([^/)]+)/.exec(annotation) ?? []
        const [, bottom] = /\/Rect \[[-\d.]+ ([-\d.]+)/.exec(annotation) ?? []
        return part === undefined ? [] : [{part, bottom: Number(bottom)}]
      })
      const lowest = Math.min(a4Height, ...marks.map(({bottom}) => bottom))
      return {parts: marks.map(({part}) => part), filled: 1 - lowest / a4Height}
    })
}

suite('the report for a funder', () => {
  for (const year of ['2025', '2026'])
    test(
      `it has facts, sentences and years of ${year} on the first sheet, and no sheet is half empty`,
      needs('chromium'),
      async t => {
        const page = await browser.newPage()
        await page.goto(await writeReport(t, year))
        await page.evaluate(markParts)
        const path = join(temporaryDirectory(t), 'report.pdf')
        await page.pdf({
          path,
          format: 'A4',
          printBackground: true,
          margin: {top: '1cm', bottom: '1cm', left: '1cm', right: '1cm'},
        })
        const sheets = sheetsOf(readFileSync(path, 'latin1'))
        assert.deepEqual(sheets[0]!.parts.slice(0, 4), ['facts', 'short', 'tiles', 'years'])
        for (const [index, {filled}] of sheets.slice(0, -1).entries())
          assert.ok(filled > 0.6, `sheet ${index + 1}: ${filled}`)
        await page.close()
      },
    )

  test('it has nothing that axe finds, on a screen and on a phone', needs('chromium'), async t => {
    const address = await writeReport(t, '2026')
    for (const viewport of [sizes.phone, {width: 1280, height: 900}]) {
      const context = await browser.newContext({viewport, bypassCSP: true})
      const page = await context.newPage()
      await page.goto(address)
      await page.evaluate(axe.source)
      const {violations} = await page.evaluate<{violations: {id: string; nodes: {html: string}[]}[]}>('axe.run()')
      assert.deepEqual(
        violations.map(({id, nodes}) => [id, nodes[0]?.html]),
        [],
      )
      const isWide = await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth')
      assert.equal(isWide, false, `${viewport.width} pixels`)
      await context.close()
    }
  })
})
