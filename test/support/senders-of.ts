import {readdirSync, readFileSync} from 'node:fs'
import {setTimeout as wait} from 'node:timers/promises'
import type {Destination} from '../../src/reporter/destination/destination.ts'

/** Pids of the processes that send for a destination now. */
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

/** Resolves when it is so, or fails when it is not so within the time. */
export async function until(isSo: () => boolean, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not so within ${seconds} s: ${isSo}`)
    await wait(10)
  }
}
