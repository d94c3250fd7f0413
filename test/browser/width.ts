import assert from 'node:assert/strict'
import type {Page} from 'playwright-core'

/** Fails if a page has to be moved sideways to be read; what is folded in is opened, and tried as well. */
export async function assertFits(page: Page, address: string): Promise<void> {
  await assertWidth(page, address)
  await unfold(page)
  await assertWidth(page, `${address}, folded out,`)
}

export const unfold = (page: Page): Promise<void> =>
  page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')

async function assertWidth(page: Page, address: string): Promise<void> {
  const [wanted, got] = await page.evaluate<[number, number]>(
    '[document.documentElement.clientWidth, document.documentElement.scrollWidth]',
  )
  assert.ok(got <= wanted, `${address} is ${got} wide, wanted ${wanted}`)
}
