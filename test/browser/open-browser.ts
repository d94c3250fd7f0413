import {after, type TestContext} from 'node:test'
import {type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page} from 'playwright-core'
import {isolatedHome} from '../support/isolated-home.ts'

/** Takes what has to end after the last test of a file; the newest ends first. */
export function forAllTests(): Pick<TestContext, 'after'> {
  const ends: (() => unknown)[] = []
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  return {after: end => void ends.push(end as () => unknown)}
}

/** Starts Debian's chromium without a window; it ends when the tests do. */
export async function openBrowser(t: Pick<TestContext, 'after'>): Promise<Browser> {
  // The browser writes to the home of whoever starts it.
  const env = {...process.env, ...isolatedHome(t).environment} as Record<string, string>
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], env})
  t.after(() => browser.close())
  return browser
}

export const sizes = {laptop: {width: 1280, height: 800}, phone: {width: 360, height: 740}} as const

export interface Window {
  readonly context: BrowserContext
  readonly page: Page
  /** What the browser had to complain about since it was asked last: errors, failed requests, other hosts. */
  complaints(): string[]
}

/** Opens an empty window of a person who has the token, or has none. */
export async function openWindow(
  browser: Browser,
  {http, token}: {readonly http: string; readonly token: string | null},
  options: BrowserContextOptions = {},
): Promise<Window> {
  const credentials = token === null ? {} : {httpCredentials: {username: '', password: token, origin: http}}
  const context = await browser.newContext({viewport: sizes.laptop, ...credentials, ...options})
  const page = await context.newPage()
  let found: string[] = []
  page.on('console', message => {
    if (message.type() !== 'log') found.push(`${page.url()}: ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', error => found.push(`${page.url()}: ${error}`))
  page.on('dialog', dialog => {
    found.push(`${page.url()}: a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('requestfailed', request => found.push(`${request.url()} failed: ${request.failure()?.errorText}`))
  page.on('response', response => {
    if (response.status() >= 400) found.push(`${response.url()} has status ${response.status()}`)
  })
  page.on('request', request => {
    const {origin, protocol} = new URL(request.url())
    if (origin !== http && protocol !== 'file:') found.push(`asked ${request.url()}`)
  })
  return {
    context,
    page,
    complaints() {
      const told = found
      found = []
      return told
    },
  }
}
