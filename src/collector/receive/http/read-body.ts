import {promisify} from 'node:util'
import {gunzip} from 'node:zlib'
import {UsageError} from '../../../errors.ts'
import {limits} from '../../../protocol/limits.ts'

const decompress = promisify(gunzip)

/** Throws a `UsageError` USAGE_BODY_UNSUPPORTED unless the encoding is gzip or absent. */
export function requireKnownEncoding(encoding: string | undefined): void {
  if (['identity', 'gzip'].includes((encoding ?? 'identity').trim().toLowerCase())) return
  throw new UsageError(
    'USAGE_BODY_UNSUPPORTED',
    `Content-Encoding must be gzip or absent, got ${JSON.stringify(encoding)}`,
  )
}

export interface ReadBody {
  readonly value: unknown
  /** Bytes after decompression. */
  readonly bytes: number
}

/**
 * Parses the JSON of a body. Decompression stops as soon as the output exceeds the limit of a body, so a small body
 * that unpacks to gigabytes costs no more than a large one. Rejects with a `UsageError` USAGE_BODY_UNSUPPORTED,
 * USAGE_BODY_TOO_LARGE or USAGE_REPORT_UNPARSABLE.
 */
export async function readBody(body: unknown, encoding: string | undefined): Promise<ReadBody> {
  if (!(body instanceof Uint8Array)) throw new UsageError('USAGE_BODY_UNSUPPORTED', 'the body is missing')
  const isGzip = (encoding ?? '').trim().toLowerCase() === 'gzip'
  const content = isGzip ? await decompressWithinLimit(body) : body
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(content))
    return {value, bytes: content.byteLength}
  } catch (error) {
    throw new UsageError('USAGE_REPORT_UNPARSABLE', 'the body must be JSON in UTF-8', {cause: error})
  }
}

async function decompressWithinLimit(body: Uint8Array): Promise<Uint8Array> {
  try {
    return await decompress(body, {maxOutputLength: limits.maxBodyBytes})
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new UsageError(
        'USAGE_BODY_TOO_LARGE',
        `the body must have at most ${limits.maxBodyBytes} bytes after decompression`,
      )
    throw new UsageError('USAGE_REPORT_UNPARSABLE', 'the body must be complete gzip data', {cause: error})
  }
}
