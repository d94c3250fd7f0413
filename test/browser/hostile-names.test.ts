import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {before, suite, test} from 'node:test'
import {pathToFileURL} from 'node:url'
import type {Browser, Page} from 'playwright-core'
import {writeHtmlAnswers} from '../../src/dashboard/pages/answers-page.ts'
import {writeHtmlReport} from '../../src/dashboard/report/write-html.ts'
import {writeMarkdownReport} from '../../src/dashboard/report/write-markdown.ts'
import type {Stats} from '../../src/stats/model/model.ts'
import {writeCsv, writeLongCsv} from '../../src/stats/write/csv.ts'
import {writeHtml} from '../../src/stats/write/html.ts'
import {writeMarkdown} from '../../src/stats/write/markdown.ts'
import {tablesOf} from '../../src/stats/write/tables.ts'
import {reportOf} from '../dashboard/report/sample-report.ts'
import {hasTool, needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {forAllTests, openBrowser, openWindow, sizes} from './open-browser.ts'
import {hostileNames, openHostileSite, pageNames, type Site} from './open-site.ts'
import {assertFits} from './width.ts'

let browser: Browser
let site: Site
let open: Site
const ends = forAllTests()
before(async () => {
  if (!hasTool('chromium')) return
  browser = await openBrowser(ends)
  site = await openHostileSite(ends)
  open = await openHostileSite(ends, 'public')
})

/** What a name from outside may never become, in a browser that would run it. */
const made =
  'script:not([type="application/ld+json"]), img, iframe, object, [onload], [onerror], [onmouseover], [href^="javascript:"]'
const unsafe = /[\u001b\u0007\u202e]/

async function assertHarmless(page: Page, address: string): Promise<void> {
  assert.equal(await page.locator(made).count(), 0, address)
  assert.doesNotMatch(await page.content(), unsafe, address)
  await assertFits(page, address)
}

const readStats = async (page: Page): Promise<Stats> => {
  const headers = {Authorization: `Bearer ${site.token}`}
  return (await (await page.context().request.get(`${site.http}/v1/projects/parsl/stats`, {headers})).json()) as Stats
}

suite('names from outside that would be more than text', () => {
  for (const [size, viewport] of Object.entries(sizes))
    test(`it shows them as text on every page, also as filters, on a ${size}`, needs('chromium'), async () => {
      const {page, complaints, context} = await openWindow(browser, site, {viewport})
      const queries = ['', ...hostileNames.map(name => `?${new URLSearchParams({'app-version': name, system: name})}`)]
      for (const name of pageNames)
        for (const query of name === '' ? queries : queries.slice(0, 3)) {
          await page.goto(`${site.http}/projects/parsl${name}${query}`)
          await assertHarmless(page, `${name}${query}`)
        }
      assert.deepEqual(complaints(), [])
      await context.close()
    })

  test('it shows each of them whole, and finds it again by its filter', needs('chromium'), async () => {
    const {page, context} = await openWindow(browser, site)
    await page.goto(`${site.http}/projects/parsl/versions`)
    const shown = await page.locator('#versions tbody th').allTextContents()
    const wanted = hostileNames.map(name => name.replace(new RegExp(unsafe, 'g'), '?'))
    assert.deepEqual(shown.sort(), wanted.sort())
    await page.getByText('Range and filters').click()
    const version = '</script><script>alert(1)</script>'
    await page.locator('select[name=app-version]').selectOption(version)
    await page.getByRole('button', {name: 'Show'}).click()
    assert.equal(new URL(page.url()).searchParams.get('app-version'), version)
    assert.deepEqual(await page.locator('#versions tbody th').allTextContents(), [version])
    await context.close()
  })

  test('it shows them to everybody as harmlessly', needs('chromium'), async () => {
    const {page, complaints, context} = await openWindow(
      browser,
      {http: open.http, token: null},
      {viewport: sizes.phone},
    )
    await page.goto(`${open.http}/projects/parsl?month=2026-10`)
    await assertHarmless(page, 'public')
    assert.match(await page.locator('#versions-title').innerText(), /2026-10/)
    await page.goto(`${open.http}/badge/parsl/users.svg`)
    assert.deepEqual(complaints(), [])
    await context.close()
  })

  test('it writes files that a browser opens without running or loading anything', needs('chromium'), async t => {
    const {page, complaints, context} = await openWindow(browser, site, {viewport: sizes.phone})
    const stats = await readStats(page)
    for (const [name, content] of Object.entries({
      answers: writeHtmlAnswers(stats),
      report: writeHtmlReport(reportOf(stats)),
      table: writeHtml(stats),
    })) {
      const path = join(temporaryDirectory(t), `${name}.html`)
      writeFileSync(path, content)
      await page.goto(pathToFileURL(path).href)
      assert.ok((await page.locator('bdi, td').count()) > 20)
      await assertHarmless(page, name)
      assert.deepEqual(complaints(), [], name)
    }
    await context.close()
  })

  test('it writes CSV and Markdown in which they are nothing but text', needs('chromium'), async () => {
    const {page, context} = await openWindow(browser, site)
    const stats = await readStats(page)
    for (const csv of [writeLongCsv(tablesOf(stats)), ...tablesOf(stats).map(writeCsv)]) {
      assert.doesNotMatch(csv, unsafe)
      assert.doesNotMatch(csv, /(?:^|,)"?[=@]/m)
    }
    for (const markdown of [writeMarkdown(stats), writeMarkdownReport(reportOf(stats))]) {
      assert.doesNotMatch(markdown, unsafe)
      assert.doesNotMatch(markdown, /<(?:script|img|svg)/)
    }
    await context.close()
  })
})
