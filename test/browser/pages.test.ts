import assert from 'node:assert/strict'
import {before, suite, test} from 'node:test'
import axe from 'axe-core'
import type {Browser, Page} from 'playwright-core'
import {hasTool, needs} from '../support/needs.ts'
import {forAllTests, openBrowser, openWindow, sizes, type Window} from './open-browser.ts'
import {openFullSite, pageNames, type Site} from './open-site.ts'
import {assertFits, unfold} from './width.ts'

let browser: Browser
let site: Site
let open: Site
const ends = forAllTests()
before(async () => {
  if (!hasTool('chromium')) return
  browser = await openBrowser(ends)
  site = await openFullSite(ends)
  open = await openFullSite(ends, 'public')
})

/** Addresses of every kind of page: full, under a filter, empty, of one project and of all. */
const addresses = [
  '/',
  ...pageNames.flatMap(page => [`/projects/heatflow${page}`, `/projects/parsl${page}`]),
  '/projects/heatflow?from=2025-01-01&by=week&ci=none',
  '/projects/heatflow/features?use=internal',
  '/projects/heatflow/outcomes?from=2024-12-01&by=year',
]
const publicAddresses = ['/', '/projects/heatflow', '/projects/heatflow/collected', '/projects/parsl']

/** Visits all pages, with the token or as everybody. */
async function visit(
  options: Parameters<typeof openWindow>[2],
  look: (window: Window, address: string) => Promise<void>,
): Promise<void> {
  for (const [{http}, token, paths] of [
    [site, site.token, addresses],
    [open, null, publicAddresses],
  ] as const) {
    const window = await openWindow(browser, {http, token}, options)
    for (const path of paths) {
      await window.page.goto(`${http}${path}`)
      await look(window, path)
    }
    await window.context.close()
  }
}

/** Those that have most on them. */
const fullAddresses = pageNames.map(page => `/projects/heatflow${page}`)

suite('each page in a browser', () => {
  test('it loads nothing but itself and gives the browser nothing to complain about', needs('chromium'), async () => {
    await visit({}, async ({page, complaints}, address) => {
      assert.deepEqual(complaints(), [], address)
      assert.equal(await page.locator('h1').count(), 1, address)
      const loaded = await page.evaluate<string[]>('performance.getEntriesByType("resource").map(({name}) => name)')
      // Which the browser asks for on its own, and which is empty.
      const others = loaded.filter(name => !name.endsWith('/favicon.ico'))
      assert.deepEqual(others, [], address)
    })
  })

  test('it never runs a script, even one that is put into it', needs('chromium'), async () => {
    const {page, complaints, context} = await openWindow(browser, site)
    for (const name of pageNames) {
      const answer = await page.goto(`${site.http}/projects/heatflow${name}`)
      assert.match(answer?.headers()['content-security-policy'] ?? '', /script-src 'none'/)
      await page.evaluate(`
        const script = document.createElement('script')
        script.textContent = 'document.title = "ran"'
        document.head.append(script)`)
      assert.notEqual(await page.title(), 'ran', name)
      assert.match(complaints().join(), /Content Security Policy/, name)
    }
    await context.close()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    test(`it has nothing that axe finds, ${colorScheme}`, needs('chromium'), async () => {
      await visit({colorScheme, bypassCSP: true}, async ({page}, address) => assertAccessible(page, address))
    })

  test('it has nothing that axe finds on a phone and with everything folded out', needs('chromium'), async () => {
    const {context, page} = await openWindow(browser, site, {viewport: sizes.phone, bypassCSP: true})
    for (const address of fullAddresses) {
      await page.goto(`${site.http}${address}`)
      await unfold(page)
      await assertAccessible(page, address)
    }
    await context.close()
  })

  for (const [size, viewport] of Object.entries(sizes))
    test(`it has no two texts of a chart on each other, on a ${size}`, needs('chromium'), async () => {
      let texts = 0
      await visit({viewport}, async ({page}, address) => {
        const {count, overlaps} = await page.evaluate<{count: number; overlaps: string[]}>(findOverlaps)
        assert.deepEqual(overlaps, [], address)
        texts += count
      })
      assert.ok(texts > 200, String(texts))
    })

  test('it finds nothing missing when the browser looks for an icon', needs('chromium'), async () => {
    const answer = await fetch(`${site.http}/favicon.ico`)
    assert.deepEqual([answer.status, await answer.text()], [204, ''])
  })

  test('it is no wider than a phone, folded out or not', needs('chromium'), async () => {
    await visit({viewport: sizes.phone}, async ({page}, address) => assertFits(page, address))
  })

  test(
    'it says which page is missing and asks for the token, as pages that axe likes too',
    needs('chromium'),
    async () => {
      for (const [token, path, status] of [
        [site.token, '/projects/heatflow/no', 404],
        [site.token, '/projects/heatflow?by=hour', 400],
        [null, '/projects/heatflow', 401],
      ] as const) {
        const {context, page} = await openWindow(browser, {http: site.http, token}, {bypassCSP: true})
        // A browser without a window shows nothing of a page that asks for a password.
        const answer = await context.request.get(`${site.http}${path}`)
        assert.equal(answer.status(), status)
        await page.setContent(await answer.text())
        await assertAccessible(page, path)
        await context.close()
      }
    },
  )
})

/** Compares the places of all texts of each visible chart, and of each legend with its chart. */
const findOverlaps = `
(() => {
  const found = {count: 0, overlaps: []}
  const charts = [...document.querySelectorAll('main svg[role=img]')].filter(chart => chart.checkVisibility())
  for (const chart of charts) {
    const legend = chart.parentElement.querySelectorAll('.legend li')
    const parts = [...chart.querySelectorAll('text'), ...legend]
    const places = parts.map(part => [part.textContent, part.getBoundingClientRect()])
    found.count += places.length
    for (const [index, [one, a]] of places.entries())
      for (const [other, b] of places.slice(index + 1))
        if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
          found.overlaps.push(one + ' and ' + other + ' in ' + chart.getAttribute('aria-label'))
  }
  return found
})()`

async function assertAccessible(page: Page, address: string): Promise<void> {
  await page.addScriptTag({content: axe.source})
  const {violations} = await page.evaluate<axe.AxeResults>('axe.run()')
  const found = violations.map(({id, nodes}) => `${address}: ${id}: ${nodes.map(({html}) => html).join(' ')}`)
  assert.deepEqual(found, [])
}
