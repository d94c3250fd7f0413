import type {Writable} from 'node:stream'
import {UsageError} from '../../errors.ts'

/**
 * Writes lines to an output at the speed of its reader. Resolves when all are written, or when the reader has closed
 * it. Rejects with USAGE_OUTPUT_UNWRITABLE if the output fails, for example on a full disk.
 */
export async function writeLines(output: Writable, lines: AsyncIterable<string>): Promise<void> {
  const failures: NodeJS.ErrnoException[] = []
  let resume = (): void => {}
  const fail = (error: NodeJS.ErrnoException): void => {
    failures.push(error)
    resume()
  }
  // oclif's listener would throw an exception that cannot be caught.
  output.removeAllListeners('error').on('error', fail)
  output.on('drain', () => resume())
  for await (const line of lines) {
    const isFull = !write(output, `${line}\n`, fail)
    if (isFull && failures.length === 0) await new Promise<void>(resolve => (resume = resolve))
    if (failures.length > 0) break
  }
  if (failures.length === 0) await new Promise<void>(resolve => output.write('', () => resolve()))
  const [failure] = failures
  if (failure === undefined || failure.code === 'EPIPE') return
  const message = `cannot write the output: ${failure.message}`
  throw new UsageError('USAGE_OUTPUT_UNWRITABLE', message, {cause: failure})
}

/** A file throws immediately; other outputs emit `error` later. */
function write(output: Writable, text: string, fail: (error: NodeJS.ErrnoException) => void): boolean {
  try {
    return output.write(text)
  } catch (error) {
    fail(error as NodeJS.ErrnoException)
    return false
  }
}
