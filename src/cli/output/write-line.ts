/**
 * Room `output`: writing to a descriptor.
 *
 * Output must not fail a command: a full disk or a closed reader is a return value, never an exception. A line is written
 * immediately and completely, so that it is there when the process ends. stdout is for answers only. Colours and progress are written
 * to terminals alone.
 * Read next: `write-lines.ts` for long outputs, `paint.ts`, `show-notice.ts`.
 */
import {writeSync} from 'node:fs'

/**
 * Writes a line to standard output (1) or standard error (2) immediately. False: the line could not be written
 * completely. Never throws, even for a full disk or a closed reader.
 */
export function writeLine(descriptor: 1 | 2, text: string): boolean {
  try {
    const bytes = Buffer.from(`${text}\n`)
    return writeSync(descriptor, bytes) === bytes.length
  } catch {
    return false
  }
}
