import type {IncomingMessage} from 'node:http'
import {UsageError} from '../../../../errors.ts'
import {limits} from '../../../../protocol/values/limits.ts'
import type {BodyShare} from './body-budget.ts'

/**
 * Resolves to the bytes of a body. They count against the budget as they arrive. Rejects with a `UsageError` as soon as
 * the body exceeds its limit (USAGE_BODY_TOO_LARGE), the budget is exceeded (USAGE_COLLECTOR_BUSY) or the connection
 * fails (USAGE_REPORT_UNPARSABLE). Later bytes are then discarded.
 */
export function receiveBody(message: IncomingMessage, share: BodyShare): Promise<Buffer> {
  const {promise, resolve, reject} = Promise.withResolvers<Buffer>()
  let chunks: Buffer[] = []
  let length = 0
  const give = (settle: () => void): void => {
    message.off('data', onData).off('end', onEnd)
    settle()
    chunks = []
    // The answer is sent before the rest arrives. Then fastify closes the connection.
    message.resume()
  }
  const onData = (chunk: Buffer): void => {
    length += chunk.length
    try {
      requireLength(length)
      share.add(chunk.length)
      chunks.push(chunk)
    } catch (error) {
      give(() => reject(error))
    }
  }
  const onEnd = (): void => give(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)))
  const onGone = (cause: Error): void =>
    give(() => reject(new UsageError('USAGE_REPORT_UNPARSABLE', 'the body is incomplete', {cause})))
  try {
    requireLength(Number(message.headers['content-length'] ?? 0))
    message.on('data', onData).on('end', onEnd).on('error', onGone)
  } catch (error) {
    reject(error)
  }
  return promise
}

function requireLength(bytes: number): void {
  if (bytes > limits.maxBodyBytes)
    throw new UsageError('USAGE_BODY_TOO_LARGE', `the body must have at most ${limits.maxBodyBytes} bytes`)
}
