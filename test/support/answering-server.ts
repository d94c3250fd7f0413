import {once} from 'node:events'
import {createServer, type IncomingHttpHeaders, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {TestContext} from 'node:test'
import {gunzipSync} from 'node:zlib'
import type {Report} from '../../src/protocol/report/report.ts'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** After decompression. */
  readonly body: string
}

export type Respond = (request: ReceivedRequest, response: ServerResponse) => void

export interface AnsweringServer {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
  /** Assign a function to change the answers. */
  respond: Respond
}

/** A real HTTP server on a free port of 127.0.0.1. By default, it accepts every event. Closed when the test ends. */
export async function answeringServer(
  t: Pick<TestContext, 'after'>,
  respond: Respond = acceptAll,
): Promise<AnsweringServer> {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    const isCompressed = request.headers['content-encoding'] === 'gzip'
    const body = (isCompressed ? gunzipSync(bytes) : bytes).toString()
    const received = {path: request.url ?? '', headers: request.headers, body}
    requests.push(received)
    self.respond(received, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const self = {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, respond}
  return self
}

export const reportOf = ({body}: ReceivedRequest): Report => JSON.parse(body)

export function answer(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, {'content-type': 'application/json', ...headers})
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Answers like a collector that receives each event for the first time. */
export const acceptAll: Respond = (request, response) =>
  answer(response, 200, {accepted: reportOf(request).events.length, duplicates: 0, rejected: []})

/** Always answers the same. */
export const answerAlways =
  (status: number, body: unknown = '', headers = {}): Respond =>
  (_request, response) =>
    answer(response, status, body, headers)

/** The error document of a collector that will never accept the report. */
export const refusal = (message: string) => ({error: {code: 'USAGE_REPORT_UNPARSABLE', message, next: ''}})
