import {promisify} from 'node:util'
import {gunzip, gunzipSync} from 'node:zlib'
import {UsageError} from '../../../../errors.ts'
import {limits} from '../../../../protocol/values/limits.ts'
import {collectorLimits} from '../../../limits.ts'
import {createLargeBodies, type LargeBodies} from './large-bodies.ts'
import {type ContentKind, type ContentOf, readContent} from './read-content.ts'

const decompress = promisify(gunzip)

/** Throws a `UsageError` USAGE_BODY_UNSUPPORTED unless the encoding is gzip or absent. */
export function requireKnownEncoding(encoding: string | undefined): void {
  if (['identity', 'gzip'].includes((encoding ?? 'identity').trim().toLowerCase())) return
  throw new UsageError(
    'USAGE_BODY_UNSUPPORTED',
    `Content-Encoding must be gzip or absent, got ${JSON.stringify(encoding)}`,
  )
}

/** A request, or the part of it that is read here. */
export interface BodyRequest {
  /** What the content type parser made: bytes, or nothing. */
  readonly body: unknown
  readonly headers: {readonly 'content-encoding'?: string | undefined}
}

export interface ReadBody<T> {
  readonly value: T
  /** Bytes after decompression. */
  readonly bytes: number
}

export interface BodyReader {
  /**
   * Reads a body. A small one is read at once. A large one, or one that may become large, is unpacked and read in other
   * threads, a bounded number at a time. Rejects with a `UsageError` USAGE_BODY_UNSUPPORTED, USAGE_BODY_TOO_LARGE,
   * USAGE_REPORT_UNPARSABLE or USAGE_COLLECTOR_BUSY.
   *
   * @param source the key of the address that it came from
   */
  read<K extends ContentKind>(kind: K, request: BodyRequest, source: string): Promise<ReadBody<ContentOf<K>>>
  close(): Promise<void>
}

export function createBodyReader(largeBodies: LargeBodies = createLargeBodies()): BodyReader {
  return {
    async read<K extends ContentKind>(kind: K, {body, headers}: BodyRequest, source: string) {
      if (!(body instanceof Uint8Array)) throw new UsageError('USAGE_BODY_UNSUPPORTED', 'the body is missing')
      const isPacked = isGzip(headers)
      const small = body.byteLength > collectorLimits.maxSmallBytes ? null : isPacked ? unpackSmall(body) : body
      if (small !== null) return {value: readContent(kind, small), bytes: small.byteLength}
      const read = await largeBodies.read(kind, source, isPacked ? () => unpackLarge(body) : async () => body)
      return read as ReadBody<ContentOf<K>>
    },
    close: () => largeBodies.close(),
  }
}

/** Reads a body of whoever owns the collector: in this thread, and with any number of values. */
export async function readOwnBody({body, headers}: BodyRequest): Promise<ReadBody<unknown>> {
  if (!(body instanceof Uint8Array)) throw new UsageError('USAGE_BODY_UNSUPPORTED', 'the body is missing')
  const content = isGzip(headers) ? await unpackLarge(body) : body
  return {value: readContent({maxValues: Number.POSITIVE_INFINITY}, content), bytes: content.byteLength}
}

const isGzip = (headers: BodyRequest['headers']): boolean =>
  (headers['content-encoding'] ?? '').trim().toLowerCase() === 'gzip'

/** Unpacks a body whose content is small. Null if it is not: then no more than the limit was unpacked. */
function unpackSmall(body: Uint8Array): Uint8Array | null {
  try {
    return gunzipSync(body, {maxOutputLength: collectorLimits.maxSmallBytes})
  } catch (error) {
    if (isTooLarge(error)) return null
    throw notGzip(error)
  }
}

/** Decompression stops as soon as the output exceeds the limit of a body. */
async function unpackLarge(body: Uint8Array): Promise<Uint8Array> {
  try {
    return await decompress(body, {maxOutputLength: limits.maxBodyBytes})
  } catch (error) {
    if (!isTooLarge(error)) throw notGzip(error)
    const message = `the body must have at most ${limits.maxBodyBytes} bytes after decompression`
    throw new UsageError('USAGE_BODY_TOO_LARGE', message)
  }
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

const notGzip = (cause: unknown): UsageError =>
  new UsageError('USAGE_REPORT_UNPARSABLE', 'the body must be complete gzip data', {cause})
