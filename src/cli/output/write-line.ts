import {writeSync} from 'node:fs'

/**
 * Writes a line to standard output (1) or standard error (2) at once. False: it could not be written whole, so nobody can
 * have read it. Never throws: a full disk or a reader that has gone away is not the caller's doing.
 */
export function writeLine(descriptor: 1 | 2, text: string): boolean {
  try {
    const bytes = Buffer.from(`${text}\n`)
    return writeSync(descriptor, bytes) === bytes.length
  } catch {
    return false
  }
}
