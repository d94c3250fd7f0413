import {setTimeout as wait} from 'node:timers/promises'

/** Milliseconds for which something in another process may take its time. */
const patience = 40_000

/** Tries a check until it holds; after 40 s, fails as it fails then. For what another process does in the background. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  for (const deadline = Date.now() + patience; ; await wait(50)) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}
