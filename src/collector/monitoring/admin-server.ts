import {once} from 'node:events'
import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {messageOf, toUsageError, UsageError} from '../../errors.ts'
import type {Metrics} from './metrics.ts'
import type {Readiness} from './readiness.ts'

export interface AdminParts {
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  readonly metrics: Pick<Metrics, 'write' | 'contentType'>
  readonly readiness: Readiness
  /** Throws a `UsageError` USAGE_HOST_UNKNOWN unless the `Host` header names this server. */
  readonly requireHost: (host: string | undefined) => void
}

export interface AdminServer {
  /** The address, for example `http://127.0.0.1:9464`. */
  readonly address: string
  close(): Promise<void>
}

/** Seconds in which a request must arrive: one line from the same machine or network. */
const requestTimeoutSeconds = 5
/** The most connections: a few programs that watch. */
const maxConnections = 20

/**
 * Serves `/metrics`, `/readyz` and `/healthz` on an address of its own: the figures tell more than everyone should know.
 * It reads no body and needs no token, so the address must not be public. A page in a browser cannot read it by a name of
 * its own (DNS rebinding): other hosts get the status 403. Rejects with a `UsageError`
 * USAGE_ADDRESS_UNAVAILABLE.
 */
export async function openAdmin({host, port, metrics, readiness, requireHost}: AdminParts): Promise<AdminServer> {
  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/metrics': async response => send(response, 200, metrics.contentType, await metrics.write()),
    '/healthz': async response => sendJson(response, 200, {status: 'ok'}),
    '/readyz': async response => {
      const {status, checks} = await readiness()
      const shown = checks.map(({name, ok, detail}) => ({name, ok, detail}))
      sendJson(response, status === 'ready' ? 200 : 503, {status, checks: shown})
    },
  }
  const server = createServer({requestTimeout: requestTimeoutSeconds * 1_000}, (request, response) => {
    request.resume()
    try {
      requireHost(request.headers.host)
    } catch (error) {
      return sendJson(response, 403, toUsageError(error).toDocument())
    }
    const answer = request.method === 'GET' ? answers[request.url?.split('?')[0] ?? ''] : undefined
    if (answer === undefined) return sendJson(response, 404, {status: 'no such address'})
    answer(response).catch(() => sendJson(response, 500, {status: 'failed'}))
  })
  server.maxConnections = maxConnections
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const message = `cannot listen on ${host}:${port}: ${messageOf(error)}`
    throw new UsageError('USAGE_ADDRESS_UNAVAILABLE', message, {
      next: 'Choose another one with --admin HOST:PORT. Port 0 selects a free port.',
      cause: error,
    })
  }
  const {address, family, port: actualPort} = server.address() as AddressInfo
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${actualPort}`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const sendJson = (response: ServerResponse, status: number, body: object): void =>
  send(response, status, 'application/json; charset=utf-8', `${JSON.stringify(body)}\n`)

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (response.headersSent) return
  response.writeHead(status, {'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff'})
  response.end(body)
}
