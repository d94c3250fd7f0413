import {readFileSync} from 'node:fs'

/** Where node-machine-id looks on Linux, by a child process; the first line of both together is the id. */
const machineIdFiles = ['/var/lib/dbus/machine-id', '/etc/machine-id']

/**
 * This machine's id where a file has it, so that it costs a recording no child process: what `readMachineId` gives on
 * Linux. Null on other systems, and where there is none. Never throws.
 */
export function readMachineIdFile(paths: readonly string[] = machineIdFiles): string | null {
  if (process.platform !== 'linux') return null
  const text = paths.map(readOrNothing).join('')
  const id = text.slice(0, text.indexOf('\n') + 1 || text.length).trim()
  return machineIdPattern.test(id) ? id : null
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** What a machine id looks like on every system that has one. */
const machineIdPattern = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/**
 * This machine's id by node-machine-id, or null where there is none: an image with an empty id, an unknown system.
 * Without a machine id node-machine-id gives the host name instead; that names a person's machine and is not taken.
 */
export async function readMachineId(): Promise<string | null> {
  try {
    const {default: machine} = await import('node-machine-id')
    const id = machine.machineIdSync(true).trim()
    return machineIdPattern.test(id) ? id : null
  } catch {
    return null
  }
}
