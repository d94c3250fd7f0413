import type {IncomingMessage} from 'node:http'
import {UsageError} from '../../../errors.ts'
import {limits} from '../../../protocol/limits.ts'
import type {BodyShare} from './body-budget.ts'

/**
 * Gives the bytes of a body, counted in the room as they arrive. Rejects with a `UsageError` as soon as they are too many
 * (USAGE_BODY_TOO_LARGE), there is no room (USAGE_COLLECTOR_BUSY) or the sender is gone; nothing more is kept then.
 */
export function receiveBody(message: IncomingMessage, share: BodyShare): Promise<Buffer> {
  const {promise, resolve, reject} = Promise.withResolvers<Buffer>()
  let chunks: Buffer[] = []
  let length = 0
  const give = (settle: () => void): void => {
    message.off('data', onData).off('end', onEnd)
    settle()
    chunks = []
    // The answer goes before the rest has come; then fastify closes the connection.
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
  const onEnd = (): void => give(() => resolve(Buffer.concat(chunks, length)))
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
