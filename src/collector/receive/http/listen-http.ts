import type {AddressInfo} from 'node:net'
import type {FastifyInstance} from 'fastify'
import {UsageError} from '../../../errors.ts'

/**
 * Listens, and resolves to the address, such as `http://127.0.0.1:8080`. Rejects with a `UsageError`
 * USAGE_ADDRESS_UNAVAILABLE, and closes the server then.
 */
export async function listenHttp(
  app: FastifyInstance,
  {host, port}: {readonly host: string; readonly port: number},
): Promise<string> {
  try {
    await app.listen({host, port})
  } catch (error) {
    await app.close()
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_ADDRESS_UNAVAILABLE', `cannot listen on ${host}:${port}: ${message}`, {
      cause: error,
    })
  }
  const {address, family, port: actualPort} = app.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`
}
