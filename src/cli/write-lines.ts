import {once} from 'node:events'
import type {Writable} from 'node:stream'

/** Writes lines to an output, no faster than it takes them. Ends without an error when its reader has gone away. */
export async function writeLines(output: Writable, lines: AsyncIterable<string>): Promise<void> {
  let isGone = false
  const gone = new Promise<void>((resolve, reject) => {
    output.on('error', error => {
      isGone = true
      if ('code' in error && error.code === 'EPIPE') resolve()
      else reject(error)
    })
  })
  for await (const line of lines) {
    if (isGone) break
    if (!output.write(`${line}\n`)) await Promise.race([once(output, 'drain').catch(() => {}), gone])
  }
}
