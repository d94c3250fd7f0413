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

suite('a printed page', () => {
  test('it has each figure on one sheet, with all of the page and without its controls', needs('chromium'), async t => {
    const {page, context} = await openWindow(browser, site)
    for (const name of pageNames.filter(one => one !== '/collected'))
      for (const format of ['A4', 'Letter']) {
        await page.goto(`${site.http}/projects/heatflow${name}`)
        const figures = await page.evaluate<number>(markFigures)
        const path = join(temporaryDirectory(t), 'page.pdf')
        await page.pdf({path, format, printBackground: true, margin: {top: '1.5cm', bottom: '1.5cm'}})
        const sheets = sheetsOf(readFileSync(path, 'latin1'))
        assert.deepEqual([sheets.size, figures > 0], [figures, true], name)
        for (const [figure, {top, bottom}] of sheets)
          assert.deepEqual([figure, top], [figure, bottom], `${name} on ${format}`)
      }
    await page.emulateMedia({media: 'print'})
    for (const control of ['nav', '.ranges', '.filters summary', '.data'])
      for (const one of await page.locator(control).all()) assert.equal(await one.isVisible(), false, control)
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
