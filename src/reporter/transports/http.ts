import type {Agent as HttpAgent} from 'node:http'
import {Agent} from 'node:https'
import type {LookupFunction} from 'node:net'
import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import type {Environment} from '../world/environment.ts'
import {isPrivateAddress, loopbackAgent} from './loopback.ts'
import {agentsFor} from './proxy.ts'
import {
  type Kept,
  kept,
  keptPage,
  type Posted,
  readErasure,
  readFailure,
  readPage,
  readResponse,
} from './read-answers.ts'
import type {Asker, Eraser, SendRequest, SendResult, Transport} from './transport.ts'

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
    const posted = await post(environment, request, {path: '/v1/reports', ...(await encode(request))})
    return 'kind' in posted ? posted : readResponse(posted)
  }
}

/** What came of a trial: the answer as it came, with what a sender would make of it, or the error of the network. */
export type Trial =
  | {readonly kind: 'response'; readonly response: Posted; readonly result: SendResult}
  | {readonly kind: 'failure'; readonly code: string | null; readonly message: string; readonly isTimeout: boolean}

/**
 * Posts a report exactly as a sender does, for a collector that checks it and stores nothing (`?dryRun=1`). Never throws.
 */
export async function tryReport(environment: Environment, request: SendRequest): Promise<Trial> {
  const tooLong = new AbortController()
  try {
    const path = '/v1/reports?dryRun=1'
    const response = await postOrThrow(environment, request, {path, ...(await encode(request))}, tooLong)
    return {kind: 'response', response, result: readResponse(response)}
  } catch (error) {
    const {code = null} = error as {code?: string}
    const came = error instanceof Error ? error.message : String(error)
    const message = tooLong.signal.aborted ? `the answer is longer than ${maxAnswerBytes} bytes` : came
    return {kind: 'failure', code, message, isTimeout: request.signal.aborted}
  }
}

/** The body and the headers of a report. */
async function encode({body, sentAt}: SendRequest): Promise<Pick<PostedContent, 'body' | 'headers'>> {
  const isLarge = Buffer.byteLength(body) > compressAboveBytes
  const headers = {'usage-sent-at': sentAt, ...(isLarge && {'content-encoding': 'gzip'})}
  return {body: isLarge ? await compress(body) : body, headers}
}

/**
 * Makes the transport that asks a collector to erase, with the same promises. The keys leave only by https or to this
 * machine, and then by no proxy.
 */
export function httpEraser(environment: Environment): Eraser {
  return async request => {
    const {endpoint} = request
    if (!isPrivateAddress(endpoint)) return keptPage('not-encrypted', 'nothing was sent')
    const path = `/v1/projects/${request.project}/erasures`
    const body = JSON.stringify(request.request)
    const posted = await post(environment, request, {path, body, headers: {}, agents: agentsForKeys(endpoint)})
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
    const body = JSON.stringify(request.request)
    const agents = agentsForKeys(endpoint)
    const posted = await post(environment, request, {path, body, headers: {}, agents, maxBytes: maxPageBytes})
    return 'kind' in posted ? posted : readPage(posted, user)
  }
}

/** By http, a key is sent to this machine only. Null: as the environment says. */
const agentsForKeys = (endpoint: string): {readonly http: HttpAgent} | null =>
  new URL(endpoint).protocol === 'http:' ? {http: loopbackAgent()} : null

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
  const {maxBytes = maxAnswerBytes} = content
  const tooLong = new AbortController()
  try {
    return await postOrThrow(environment, target, {...content, maxBytes}, tooLong)
  } catch (error) {
    if (tooLong.signal.aborted) return kept('server-error', `the answer is longer than ${maxBytes} bytes`, null)
    return readFailure(error, target.signal)
  }
}

/** The same, but throws what `got` throws. Ends by `tooLong` if the answer is too long. */
async function postOrThrow(
  environment: Environment,
  target: Pick<SendRequest, 'endpoint' | 'writeKey' | 'signal'>,
  {path, body, headers, agents = null, maxBytes = maxAnswerBytes}: PostedContent,
  tooLong: AbortController,
): Promise<Posted> {
  const {default: got} = await import('got')
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
  const {'retry-after': retryAfter, date, location} = response.headers
  return {status: response.statusCode, body: response.body, retryAfter, date, location}
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
