import {readdirSync, readFileSync} from 'node:fs'
import {setTimeout as wait} from 'node:timers/promises'
import type {Destination} from '../../src/reporter/destination/destination.ts'

/** The ids of the running sender processes of a destination. Reads /proc. */
export function sendersOf({directory}: Destination): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      const args = commandLineOf(pid)
      return args.some(arg => /sender-process\.[jt]s$/.test(arg)) && args.includes(directory)
    })
    .map(Number)
}

function commandLineOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Waits until a condition is true. Rejects if it is not true within the time. */
export async function until(condition: () => boolean, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not true within ${seconds} s: ${condition}`)
    await wait(10)
  }
}
