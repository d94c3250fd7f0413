import assert from 'node:assert/strict'
import {before, suite, test} from 'node:test'
import type {Browser, Page} from 'playwright-core'
import {breakdowns, namedUsageOf} from '../../src/stats/model/breakdowns.ts'
import type {Stats} from '../../src/stats/model/model.ts'
import {hasTool, needs} from '../support/needs.ts'
import {forAllTests, openBrowser, openWindow, type Window} from './open-browser.ts'
import {openFullSite, pageNames, type Site} from './open-site.ts'

let browser: Browser
let site: Site
const ends = forAllTests()
before(async () => {
  if (!hasTool('chromium')) return
  browser = await openBrowser(ends)
  site = await openFullSite(ends)
})

const open = async (path: string): Promise<Window> => {
  const window = await openWindow(browser, site)
  await window.page.goto(`${site.http}/projects/heatflow${path}`)
  return window
}

const stateOf = (page: Page): Record<string, string> => Object.fromEntries(new URL(page.url()).searchParams)
const unsaid = (state: Record<string, string>) =>
  Object.fromEntries(Object.entries(state).filter(([, text]) => text !== ''))

suite('the filters of a page', () => {
  test(
    'it puts what the form says into the address, shows it, and takes it away again',
    needs('chromium'),
    async () => {
      const {page, complaints, context} = await open('/outcomes')
      await page.getByText('Range and filters').click()
      await page.getByLabel('From').fill('2026-01-01')
      await page.locator('select[name=by]').selectOption('week')
      await page.locator('select[name=app-version]').selectOption('2.1')
      await page.locator('select[name=system]').selectOption('Linux')
      await page.getByRole('button', {name: 'Show'}).click()
      const asked = {from: '2026-01-01', to: '2026-11-22', by: 'week', 'app-version': '2.1', system: 'Linux'}
      assert.deepEqual(unsaid(stateOf(page)), asked)
      assert.equal(new URL(page.url()).pathname, '/projects/heatflow/outcomes')
      const chips = page.getByRole('list', {name: 'Active filters'})
      assert.deepEqual(await chips.getByRole('listitem').allInnerTexts(), [
        'Only version 2.1: show all',
        'Only system Linux: show all',
      ])
      await assertNumbers(page, '/outcomes')
      await chips.getByRole('link').first().click()
      assert.deepEqual(unsaid(stateOf(page)), {from: '2026-01-01', to: '2026-11-22', by: 'week', system: 'Linux'})
      await page.getByText('Range and filters').click()
      assert.equal(await page.locator('select[name=app-version]').inputValue(), '')
      assert.equal(await page.locator('select[name=system]').inputValue(), 'Linux')
      assert.deepEqual(complaints(), [])
      await context.close()
    },
  )

  test('it keeps the question from page to page, and when going back', needs('chromium'), async () => {
    const {page, context} = await open('?by=week&from=2026-03-01&ci=none')
    const asked = stateOf(page)
    for (const name of ['Features', 'Versions and systems', 'Outcomes', 'Data quality', 'Overview']) {
      await page.getByRole('navigation', {name: 'Pages'}).getByRole('link', {name}).click()
      assert.deepEqual(stateOf(page), asked, name)
      assert.equal(await page.locator('nav [aria-current=page]').innerText(), name)
    }
    await page.goBack()
    assert.match(page.url(), /\/quality\?/)
    await context.close()
  })

  test('it changes the range by links and says which is shown', needs('chromium'), async () => {
    const {page, context} = await open('')
    const ranges = page.getByRole('list', {name: 'Range'})
    for (const [name, periods] of [
      ['Last full year', 12],
      ['This year', 12],
      ['Five years', 5],
      ['30 days', 30],
      ['12 months', 12],
    ] as const) {
      await ranges.getByRole('link', {name}).click()
      assert.deepEqual(await ranges.locator('[aria-current]').allInnerTexts(), [name])
      assert.equal(await page.locator('#runs tbody tr').count(), periods + 1, name)
      await assertNumbers(page, '')
    }
    await context.close()
  })
})

suite('the numbers of a page', () => {
  for (const [query, rows] of [
    ['', 70],
    ['?from=2025-01-01&by=year&system=Linux', 30],
    ['?feature-type=Algorithm&use=direct', 30],
  ] as const)
    test(`it shows what the JSON beside it has, with ${query || 'no filter'}`, needs('chromium'), async () => {
      const {page, context} = await openWindow(browser, site)
      let compared = 0
      for (const name of pageNames.filter(one => one !== '/collected')) {
        const answer = await page.goto(`${site.http}/projects/heatflow${name}${query}`)
        assert.equal(answer?.status(), 200, name)
        compared += await assertNumbers(page, name)
      }
      assert.ok(compared >= rows, String(compared))
      await context.close()
    })
})

const namesOfSystems: Readonly<Record<string, string>> = {Darwin: 'macOS', Windows_NT: 'Windows'}

type Shown = readonly (readonly (string | number | null)[])[]

/** What the table of a figure has to show: names and numbers, row by row, from the JSON that its link leads to. */
const shownOf: Readonly<Record<string, (stats: Stats) => Shown>> = {
  ...Object.fromEntries(
    (['users', 'hosts', 'runs', 'scripts'] as const).map(key => [
      key,
      (stats: Stats) => {
        const {periods} = stats[key]!
        const hasBounds = periods.some(({exact}) => !exact)
        return periods.map(({period, value, low, high}) => [period, value, ...(hasBounds ? [low, high] : [])])
      },
    ]),
  ),
  ...Object.fromEntries(
    breakdowns.map(row => [
      row.key,
      (stats: Stats) =>
        namedUsageOf(stats, row)!.map(({name, runs, users, usersLow, usersHigh}) => [
          (row.key === 'systems' ? namesOfSystems[name ?? ''] : null) ??
            name ??
            ('unknown' in row.breakdown ? row.breakdown.unknown : 'unknown'),
          runs,
          users ?? `${usersLow} to ${usersHigh}`,
        ]),
    ]),
  ),
  features: ({features}) => features!.map(({name, type, count}) => [`${name} (${type})`, count]),
}

/** Compares each figure that has a table with its JSON, and gives how many rows were compared. */
async function assertNumbers(page: Page, name: string): Promise<number> {
  let compared = 0
  for (const section of await page.locator('main section').all()) {
    const id = (await section.getAttribute('id'))!
    const rows = await section.locator('tbody tr').all()
    if (shownOf[id] === undefined || rows.length === 0) continue
    const stats = await readJson(page, (await section.getByRole('link', {name: 'JSON'}).getAttribute('href'))!)
    const wanted = shownOf[id](stats)
    const texts = await Promise.all(rows.map(row => row.locator('th, td:not(.barcell)').allTextContents()))
    const shown = texts.filter(([first]) => first !== 'all')
    assert.equal(shown.length, wanted.length, `${name} ${id}`)
    for (const [place, row] of wanted.entries()) {
      const [first, ...others] = shown[place]!.slice(0, row.length)
      assert.deepEqual([first, ...others.map(readCell)], row, `${name} ${id}`)
    }
    compared += wanted.length
  }
  return compared
}

/** A number, null for an empty cell, or bounds such as `12 to 24`. */
function readCell(cell: string): string | number | null {
  const text = cell.replaceAll(',', '')
  if (text === '') return null
  return Number.isNaN(Number(text)) ? text : Number(text)
}

async function readJson(page: Page, address: string): Promise<Stats> {
  const answer = await page.context().request.get(new URL(address, page.url()).href)
  assert.equal(answer.status(), 200, address)
  return (await answer.json()) as Stats
}
