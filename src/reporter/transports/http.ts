import type {Agent as HttpAgent} from 'node:http'
import {Agent} from 'node:https'
import type {LookupFunction} from 'node:net'
import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import {parseAccessPage} from '../../protocol/access.ts'
import {isErrorDocument, parseAnswer, readErrorCode} from '../../protocol/answer.ts'
import {parseErasureReceipt} from '../../protocol/erasure.ts'
import type {Environment} from '../world/environment.ts'
import {isPrivateAddress, loopbackAgent} from './loopback.ts'
import {agentsFor} from './proxy.ts'
import type {
  Asker,
  AskResult,
  EraseResult,
  Eraser,
  KeptReason,
  SendRequest,
  SendResult,
  Transport,
} from './transport.ts'

/** Bytes above which a body is compressed: below it, the header costs more than it saves. */
const compressAboveBytes = 1024
/** Bytes of an answer that are read: 500 refused events fit, described in 2,000 characters each. */
const maxAnswerBytes = 1024 * 1024

/** Bytes of a page of a person's data that are read: a collector's page has at most a megabyte of records, and headers. */
const maxPageBytes = 2 * 1024 * 1024

/** Bytes of a document that are read: the answers about a project with ten thousand features fit. */
const maxDocumentBytes = 32 * 1024 * 1024

const compress = promisify(gzip)

/**
 * Makes the transport that posts reports to a collector, through the proxy that the environment names. It never throws,
 * follows no redirect, and does not retry: that is the sender's decision. Loads `got` when first called.
 */
export function httpTransport(environment: Environment): Transport {
  return async request => {
    const isLarge = Buffer.byteLength(request.body) > compressAboveBytes
    const body = isLarge ? await compress(request.body) : request.body
    const headers = {'usage-sent-at': request.sentAt, ...(isLarge && {'content-encoding': 'gzip'})}
    const posted = await post(environment, request, {path: '/v1/reports', body, headers})
    return 'kind' in posted ? posted : readResponse(posted)
  }
}

/** Makes the transport that asks a collector to erase, with the same promises. */
export function httpEraser(environment: Environment): Eraser {
  return async request => {
    const path = `/v1/projects/${request.project}/erasures`
    const posted = await post(environment, request, {path, body: JSON.stringify(request.request), headers: {}})
    return 'kind' in posted ? posted : readErasure(posted, request.request.id)
  }
}

/**
 * Makes the transport that asks a collector what it holds under a pseudonym, with the same promises. The key leaves only by
 * https or to this machine, and then by no proxy.
 */
export function httpAsker(environment: Environment): Asker {
  return async request => {
    const {endpoint, user} = request
    if (!isPrivateAddress(endpoint)) return keptPage('not-encrypted', 'nothing was sent')
    const path = `/v1/projects/${request.project}/access`
    const agents = new URL(endpoint).protocol === 'http:' ? {http: loopbackAgent()} : null
    const body = JSON.stringify(request.request)
    const posted = await post(environment, request, {path, body, headers: {}, agents, maxBytes: maxPageBytes})
    return 'kind' in posted ? posted : readPage(posted, user)
  }
}

interface Posted {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | undefined
}

interface PostedContent {
  readonly path: string
  readonly body: string | Buffer
  readonly headers: Readonly<Record<string, string>>
  /** Default: as the environment says. */
  readonly agents?: {readonly http: HttpAgent} | null
  /** Bytes of the answer that are read. */
  readonly maxBytes?: number
}

/** Posts one body and gives what was answered, or why nothing was. Never throws. */
async function post(
  environment: Environment,
  target: Pick<SendRequest, 'endpoint' | 'writeKey' | 'signal'>,
  content: PostedContent,
): Promise<Posted | Kept> {
  const {path, body, headers, agents = null, maxBytes = maxAnswerBytes} = content
  const {default: got} = await import('got')
  const tooLong = new AbortController()
  try {
    const authorization = target.writeKey !== null && {authorization: `Bearer ${target.writeKey}`}
    const url = `${target.endpoint.replace(/\/+$/, '')}${path}`
    const request = got.post(url, {
      ...commonOptions,
      agent: agents ?? agentsFor(url, environment),
      body,
      headers: {'content-type': 'application/json', ...headers, ...authorization},
      signal: AbortSignal.any([target.signal, tooLong.signal]),
    })
    request.on('downloadProgress', ({transferred}) => {
      if (transferred > maxBytes) tooLong.abort()
    })
    const response = await request
    return {status: response.statusCode, body: response.body, retryAfter: response.headers['retry-after']}
  } catch (error) {
    if (tooLong.signal.aborted) return kept('server-error', `the answer is longer than ${maxBytes} bytes`, null)
    return readFailure(error, target.signal)
  }
}

/**
 * Asks a collector for a JSON document; the answer is what `fetch` gives, less what is not needed.
 * Throws what `got` throws when nothing answers.
 */
export async function getJson(
  url: string,
  options: {readonly token: string | null; readonly environment: Environment; readonly signal: AbortSignal},
): Promise<{readonly status: number; readonly body: string}> {
  const {default: got} = await import('got')
  const tooLong = new AbortController()
  const request = got.get(url, {
    ...commonOptions,
    agent: agentsFor(url, options.environment),
    headers: options.token === null ? {} : {authorization: `Bearer ${options.token}`},
    signal: AbortSignal.any([options.signal, tooLong.signal]),
  })
  request.on('downloadProgress', ({transferred}) => {
    if (transferred > maxDocumentBytes) tooLong.abort()
  })
  const response = await request
  return {status: response.statusCode, body: response.body}
}

/**
 * Posts a JSON document to a collector on this machine, by no proxy, and gives its answer. Throws what `got` throws when
 * nothing answers.
 */
export async function postJson(
  url: string,
  options: {readonly token: string; readonly value: unknown; readonly signal: AbortSignal},
): Promise<{readonly status: number; readonly body: string}> {
  const {default: got} = await import('got')
  const response = await got.post(url, {
    ...commonOptions,
    agent: agentsFor(url, {}),
    headers: {'content-type': 'application/json', authorization: `Bearer ${options.token}`},
    body: JSON.stringify(options.value),
    signal: options.signal,
  })
  return {status: response.statusCode, body: response.body}
}

/**
 * Gets a text of bounded length by HTTPS from the addresses that `lookup` gives and no others: by no proxy and with no
 * connection of somebody else's. Follows no redirect. Throws what `got` throws, and when the text is too long.
 */
export async function getText(
  url: string,
  options: {readonly lookup: LookupFunction; readonly maxBytes: number; readonly signal: AbortSignal},
): Promise<{readonly status: number; readonly body: string; readonly location: string | null}> {
  const {default: got} = await import('got')
  const tooLong = new AbortController()
  // An agent of its own: Node's shared one may go by a proxy (NODE_USE_ENV_PROXY), and keeps connections.
  const request = got.get(url, {
    ...commonOptions,
    agent: {https: new Agent({lookup: options.lookup, keepAlive: false})},
    headers: {accept: 'application/json', 'accept-encoding': 'identity'},
    signal: AbortSignal.any([options.signal, tooLong.signal]),
  })
  request.on('downloadProgress', ({transferred}) => {
    if (transferred > options.maxBytes) tooLong.abort()
  })
  try {
    const {statusCode, body, headers} = await request
    return {status: statusCode, body, location: headers.location ?? null}
  } catch (error) {
    if (tooLong.signal.aborted) throw new Error(`it has more than ${options.maxBytes} bytes`, {cause: error})
    throw error
  }
}

/** An answer is taken as it comes: neither redirected nor decompressed, and its status is ours to read. */
const commonOptions = {decompress: false, followRedirect: false, retry: {limit: 0}, throwHttpErrors: false} as const

const keptStatuses = new Map<number, KeptReason>([
  [401, 'key-refused'],
  [403, 'key-refused'],
  [404, 'project-unknown'],
  [408, 'timeout'],
  [425, 'busy'],
  [429, 'busy'],
  [503, 'busy'],
])

function readResponse({status, body, retryAfter}: Posted): SendResult {
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
function readErasure({status, body, retryAfter}: Posted, id: string): EraseResult {
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
function readPage({status, body, retryAfter}: Posted, user: string): AskResult {
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

const keptPage = (reason: Extract<AskResult, {kind: 'kept'}>['reason'], message: string) =>
  ({kind: 'kept', reason, message, retryAfterSeconds: null}) as const

type Kept = Extract<SendResult, {kind: 'kept'}>

const kept = (reason: KeptReason, message: string, retryAfterSeconds: number | null): Kept => ({
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

function readFailure(error: unknown, signal: AbortSignal): Kept {
  const message = error instanceof Error ? error.message : String(error)
  return kept(signal.aborted ? 'timeout' : 'offline', message, null)
}
