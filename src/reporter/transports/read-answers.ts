import {parseAccessPage} from '../../protocol/report/access.ts'
import {isErrorDocument, parseAnswer, readErrorCode} from '../../protocol/report/answer.ts'
import {parseErasureReceipt} from '../../protocol/report/erasure.ts'
import type {AskResult, EraseResult, KeptReason, SendResult} from './transport.ts'

/** An answer; headers that are absent are undefined. */
export interface Posted {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | undefined
  readonly date: string | undefined
  readonly location: string | undefined
}

const keptStatuses = new Map<number, KeptReason>([
  [401, 'key-refused'],
  [403, 'key-refused'],
  [404, 'project-unknown'],
  [408, 'timeout'],
  [425, 'busy'],
  [429, 'busy'],
  [503, 'busy'],
])

/** What an answer to a report means for the report. Pure. */
export function readResponse({status, body, retryAfter}: Posted): SendResult {
  if (status >= 200 && status < 300) {
    const answer = parseAnswer(body)
    if (answer !== null) return {kind: 'answered', status, body, answer}
    return kept('server-error', `the answer (status ${status}) is not from a collector`, null)
  }
  if (status === 413) return {kind: 'too-large', status, isFinal: isErrorDocument(body)}
  const isFinal = status >= 400 && status < 500 && !keptStatuses.has(status) && isErrorDocument(body)
  if (isFinal) return {kind: 'refused', status, body}
  const reason = keptStatuses.get(status) ?? 'server-error'
  return kept(reason, `the collector answered ${status}`, readRetryAfter(retryAfter))
}

/** Only a receipt of this very request says that anything is erased. */
export function readErasure({status, body, retryAfter}: Posted, id: string): EraseResult {
  if (status >= 200 && status < 300) {
    const receipt = parseErasureReceipt(body)
    if (receipt !== null && receipt.receipt.toLowerCase() === id) return {kind: 'erased', receipt}
    return kept('server-error', `the answer (status ${status}) is not the receipt of this request`, null)
  }
  const message = `the collector answered ${status}`
  const isFinal = status === 404 || (status >= 400 && status < 500 && !keptStatuses.has(status))
  if (isFinal) return {kind: 'kept', reason: 'cannot-erase', message, retryAfterSeconds: null}
  return kept(keptStatuses.get(status) ?? 'server-error', message, readRetryAfter(retryAfter))
}

/** Only a page about this very pseudonym is an answer. */
export function readPage({status, body, retryAfter}: Posted, user: string): AskResult {
  if (status >= 200 && status < 300) {
    const page = parseAccessPage(body)
    const isEndless = page?.next != null && page.groups.every(({records}) => records.length === 0)
    if (page !== null && page.user === user && !isEndless) return {kind: 'page', page, bytes: Buffer.byteLength(body)}
    return keptPage('server-error', `the answer (status ${status}) is not from a collector`)
  }
  const message = `the collector answered ${status}`
  const code = readErrorCode(body)
  if (code === 'USAGE_NOT_ENCRYPTED') return keptPage('not-encrypted', message)
  if (code === 'USAGE_PROJECT_UNKNOWN') return keptPage('project-unknown', message)
  if (status === 404 || status === 405) return keptPage('cannot-show', message)
  return {
    ...keptPage(keptStatuses.get(status) ?? 'server-error', message),
    retryAfterSeconds: readRetryAfter(retryAfter),
  }
}

/** Why a question about a person has no answer. */
export const keptPage = <Reason extends Extract<AskResult, {kind: 'kept'}>['reason']>(
  reason: Reason,
  message: string,
) => ({kind: 'kept', reason, message, retryAfterSeconds: null}) as const

/** Why a report stays in the buffer. */
export type Kept = Extract<SendResult, {kind: 'kept'}>

/** Says why a report stays in the buffer. */
export const kept = (reason: KeptReason, message: string, retryAfterSeconds: number | null): Kept => ({
  kind: 'kept',
  reason,
  message,
  retryAfterSeconds,
})

/** `Retry-After` is a number of seconds or a date. */
function readRetryAfter(value: string | undefined): number | null {
  if (value === undefined) return null
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** What an error of the network means for a report. */
export function readFailure(error: unknown, signal: AbortSignal): Kept {
  const message = error instanceof Error ? error.message : String(error)
  return kept(signal.aborted ? 'timeout' : 'offline', message, null)
}
