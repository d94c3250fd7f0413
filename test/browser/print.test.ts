import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {before, suite, test} from 'node:test'
import type {Browser} from 'playwright-core'
import {hasTool, needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {forAllTests, openBrowser, openWindow} from './open-browser.ts'
import {openFullSite, pageNames, type Site} from './open-site.ts'

let browser: Browser
let site: Site
const ends = forAllTests()
before(async () => {
  if (!hasTool('chromium')) return
  browser = await openBrowser(ends)
  site = await openFullSite(ends)
})

/**
 * Puts a link at the top and at the foot of each figure, which a PDF keeps with its place, and gives how many figures
 * there are. Nothing moves by it.
 */
const markFigures = `
const figures = [...document.querySelectorAll('main > section, main > .tiles')]
for (const [number, figure] of figures.entries()) {
  figure.style.position = 'relative'
  for (const edge of ['top', 'bottom']) {
    const mark = document.createElement('a')
    mark.href = 'https://mark.invalid/' + (figure.id || 'figure-' + number) + '/' + edge
    mark.textContent = '.'
    mark.style.cssText = 'position:absolute;left:0;width:9px;height:3px;overflow:hidden;line-height:3px;' + edge + ':0'
    figure.append(mark)
  }
}
figures.length`

/** The figures that may reach over several sheets: long tables, and those of several parts. */
const longTables = `
[...document.querySelectorAll('main > section')].filter(one => one.querySelector('.bars tr:nth-child(13), .part')).map(one => one.id)`

suite('a printed page', () => {
  test('it has each figure on one sheet, with all of the page and without its controls', needs('chromium'), async t => {
    const {page, context} = await openWindow(browser, site)
    for (const name of pageNames.filter(one => one !== '/collected'))
      for (const format of ['A4', 'Letter']) {
        await page.goto(`${site.http}/projects/heatflow${name}`)
        const figures = await page.evaluate<number>(markFigures)
        const long = await page.evaluate<string[]>(longTables)
        const path = join(temporaryDirectory(t), 'page.pdf')
        await page.pdf({path, format, printBackground: true, margin: {top: '1.5cm', bottom: '1.5cm'}})
        const pdf = readFileSync(path, 'latin1')
        const sheets = sheetsOf(pdf)
        if (format === 'A4') assertNoFootAlone(pdf, name)
        assert.deepEqual([sheets.size, figures > 0], [figures, true], name)
        for (const [figure, {top, bottom}] of sheets)
          if (!long.includes(figure)) assert.deepEqual([figure, top], [figure, bottom], `${name} on ${format}`)
      }
    await page.emulateMedia({media: 'print'})
    for (const control of ['nav', '.ranges', '.filters summary', '.data'])
      for (const one of await page.locator(control).all()) assert.equal(await one.isVisible(), false, control)
    await context.close()
  })

  test('it has no sheet with nothing but the foot, also for everybody', needs('chromium'), async t => {
    const open = await openFullSite(t, 'public')
    const {page, context} = await openWindow(browser, {http: open.http, token: null})
    for (const format of ['A4', 'Letter']) {
      await page.goto(`${open.http}/projects/heatflow`)
      await page.evaluate(markFigures)
      const path = join(temporaryDirectory(t), 'page.pdf')
      await page.pdf({path, format, printBackground: true, margin: {top: '1.5cm', bottom: '1.5cm'}})
      assertNoFootAlone(readFileSync(path, 'latin1'), format)
    }
    await context.close()
  })

  test('it is light also for those whose screen is dark', needs('chromium'), async () => {
    const {page, context} = await openWindow(browser, site, {colorScheme: 'dark'})
    await page.goto(`${site.http}/projects/heatflow`)
    const paper = 'getComputedStyle(document.body).backgroundColor'
    assert.equal(await page.evaluate(paper), 'rgb(18, 21, 24)')
    await page.emulateMedia({media: 'print'})
    assert.equal(await page.evaluate(paper), 'rgb(255, 255, 255)')
    await context.close()
  })
})

/** Fails if the last figure ends before the last sheet. */
function assertNoFootAlone(pdf: string, address: string): void {
  const ends = [...sheetsOf(pdf).values()].map(({bottom = 0}) => bottom)
  assert.equal(Math.max(...ends), pdf.match(/\/Type \/Page\b/g)?.length, address)
}

/** On which sheet of a PDF the two marks of each figure are. Chromium writes pages and links as plain objects. */
function sheetsOf(pdf: string): Map<string, Record<string, number>> {
  const objects = new Map([...pdf.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj/gm)].map(([, id, text]) => [id!, text!]))
  const places = new Map<string, Record<string, number>>()
  let sheet = 0
  for (const text of objects.values()) {
    if (!/\/Type \/Page\b/.test(text)) continue
    sheet++
    const [, list = ''] = /\/Annots \[([^\]]*)\]/.exec(text) ?? []
    for (const [, id] of list.matchAll(/(\d+) 0 R/g)) {
      const mark = /mark\.invalid\/([^/)]+)\/(top|bottom)/.exec(objects.get(id!) ?? '')
      if (mark !== null) places.set(mark[1]!, {...places.get(mark[1]!), [mark[2]!]: sheet})
    }
  }
  return places
}
