import type {TestContext} from 'node:test'
import type {ErasureRequest} from '../../src/protocol/report/erasure.ts'
import {
  type AnsweringServer,
  acceptAll,
  answer,
  answeringServer,
  type ReceivedRequest,
  type Respond,
} from './answering-server.ts'

export const isErasure = ({path}: ReceivedRequest): boolean => /^\/v1\/projects\/[^/]+\/erasures$/.test(path)

/** The erasure requests that a server received. */
export const erasuresOf = ({requests}: AnsweringServer): ErasureRequest[] =>
  requests.filter(isErasure).map(({body}) => JSON.parse(body))

/** The receipt of a collector for a request. */
export const receiptOf = (request: ReceivedRequest, changes: Readonly<Record<string, unknown>> = {}) => ({
  receipt: (JSON.parse(request.body) as ErasureRequest).id,
  erasedAt: '2026-11-25T12:00:00.000Z',
  runs: 3,
  features: 2,
  ...changes,
})

export const eraseAll: Respond = (request, response) => answer(response, 200, receiptOf(request))

/** A server that accepts every report. By default, it answers every erasure request with a receipt. */
export function erasingServer(t: Pick<TestContext, 'after'>, erase: Respond = eraseAll): Promise<AnsweringServer> {
  return answeringServer(t, (request, response) => (isErasure(request) ? erase : acceptAll)(request, response))
}
