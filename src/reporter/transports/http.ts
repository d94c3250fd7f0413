import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import {parseAnswer} from '../../protocol/answer.ts'
import type {KeptReason, SendRequest, SendResult} from './transport.ts'

/** Bytes above which a body is compressed: below it, the header costs more than it saves. */
const compressAboveBytes = 1024
/** Characters of an answer that are read and kept: 500 refused events fit, described in 2,000 characters each. */
const maxAnswerLength = 1024 * 1024

const compress = promisify(gzip)

/**
 * Posts one report to a collector. Never throws; follows no redirect; does not retry: that is the sender's decision.
 * Loads `got` when first called.
 */
export async function sendByHttp(request: SendRequest): Promise<SendResult> {
  const {default: got} = await import('got')
  const isLarge = Buffer.byteLength(request.body) > compressAboveBytes
  try {
    const response = await got.post(`${request.endpoint.replace(/\/+$/, '')}/v1/reports`, {
      body: isLarge ? await compress(request.body) : request.body,
      headers: {
        'content-type': 'application/json',
        'usage-sent-at': request.sentAt,
        ...(isLarge && {'content-encoding': 'gzip'}),
        ...(request.writeKey !== null && {authorization: `Bearer ${request.writeKey}`}),
      },
      followRedirect: false,
      retry: {limit: 0},
      signal: request.signal,
      throwHttpErrors: false,
    })
    return readResponse(response.statusCode, response.body, response.headers['retry-after'])
  } catch (error) {
    return readFailure(error, request.signal)
  }
}

/**
 * Asks a collector for a JSON document; the answer is what `fetch` gives, less what is not needed.
 * Throws what `got` throws when nothing answers.
 */
export async function getJson(
  url: string,
  token: string | null,
  signal: AbortSignal,
): Promise<{readonly status: number; readonly body: string}> {
  const {default: got} = await import('got')
  const response = await got.get(url, {
    headers: token === null ? {} : {authorization: `Bearer ${token}`},
    followRedirect: false,
    retry: {limit: 0},
    signal,
    throwHttpErrors: false,
  })
  return {status: response.statusCode, body: response.body}
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

function readResponse(status: number, fullBody: string, retryAfter: string | undefined): SendResult {
  const body = fullBody.slice(0, maxAnswerLength)
  if (status >= 200 && status < 300) {
    const answer = parseAnswer(body)
    if (answer !== null) return {kind: 'answered', status, body, answer}
    return kept('server-error', `wanted a collector's answer, got ${status} with something else`, null)
  }
  if (status === 413) return {kind: 'too-large', status}
  const isFinal = status >= 400 && status < 500 && !keptStatuses.has(status)
  if (isFinal) return {kind: 'refused', status, body}
  const reason = keptStatuses.get(status) ?? 'server-error'
  return kept(reason, `the collector answered ${status}`, readRetryAfter(retryAfter))
}

const kept = (reason: KeptReason, message: string, retryAfterSeconds: number | null): SendResult => ({
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

function readFailure(error: unknown, signal: AbortSignal): SendResult {
  const message = error instanceof Error ? error.message : String(error)
  return kept(signal.aborted ? 'timeout' : 'offline', message, null)
}
