import {readdirSync, readFileSync} from 'node:fs'
import {setTimeout as wait} from 'node:timers/promises'

/**
 * Ends what still runs with a folder in its arguments or its environment: senders and collectors that outlive their test.
 * Resolves when none is left.
 */
export async function endProcessesOf(folder: string): Promise<void> {
  for (let found = processesOf(folder); found.length > 0; found = processesOf(folder)) {
    for (const pid of found) endProcess(pid)
    await wait(10)
  }
}

const processesOf = (folder: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(name => [`/proc/${name}/cmdline`, `/proc/${name}/environ`].some(path => read(path).includes(folder)))
    .map(Number)

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
