/**
 * Room `output`: writing to a descriptor.
 *
 * Failed output must not crash a command. `writeLine` returns false for a full disk or a closed reader, and
 * `writeLines` rejects with a coded error for a full disk. stdout contains only answers. Colours and progress go only
 * to terminals.
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
