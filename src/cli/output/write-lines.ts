import type {Writable} from 'node:stream'
import {UsageError} from '../../errors.ts'

/**
 * Writes lines to an output at the speed of its reader. Resolves when all are written, or when the reader has closed it.
 * Rejects with USAGE_OUTPUT_UNWRITABLE when the output fails, for example on a full disk.
 */
export async function writeLines(output: Writable, lines: AsyncIterable<string>): Promise<void> {
  const failures: NodeJS.ErrnoException[] = []
  let goOn = (): void => {}
  const fail = (error: NodeJS.ErrnoException): void => {
    failures.push(error)
    goOn()
  }
  // The framework listens, too, and throws what nobody can catch.
  output.removeAllListeners('error').on('error', fail)
  output.on('drain', () => goOn())
  for await (const line of lines) {
    const isFull = !write(output, `${line}\n`, fail)
    if (isFull && failures.length === 0) await new Promise<void>(resolve => (goOn = resolve))
    if (failures.length > 0) break
  }
  if (failures.length === 0) await new Promise<void>(resolve => output.write('', () => resolve()))
  const [failure] = failures
  if (failure === undefined || failure.code === 'EPIPE') return
  const message = `cannot write the output: ${failure.message}`
  throw new UsageError('USAGE_OUTPUT_UNWRITABLE', message, {cause: failure})
}

/** An output to a file throws immediately, others report an error later. */
function write(output: Writable, text: string, fail: (error: NodeJS.ErrnoException) => void): boolean {
  try {
    return output.write(text)
  } catch (error) {
    fail(error as NodeJS.ErrnoException)
    return false
  }
}
