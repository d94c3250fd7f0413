import {setTimeout as wait} from 'node:timers/promises'

/** Milliseconds to wait for another process. */
const patience = 40_000

/**
 * Repeats a check until it passes. After 40 s, fails with the last error. For work of another process in the
 * background.
 */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  for (const deadline = Date.now() + patience; ; await wait(50)) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}
