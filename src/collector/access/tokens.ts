/**
 * Room `access`: who may read, who may write, and which process may talk to a running collector.
 *
 * Read tokens, write keys and share links are compared by their SHA-256. No read token or share token is stored, and no
 * secret is logged. Files are readable only by their owner. `running-collector-file.ts` lets `usage import` on the same
 * machine find the collector that holds the store.
 * Read next: `share-links.ts`.
 */
import {createHash, randomBytes, timingSafeEqual} from 'node:crypto'
import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'

/** The read token of a collector, which permits reading the stats. Only its SHA-256 is stored. */
export interface ReadToken {
  /** The token itself if this call made it, else null. */
  readonly fresh: string | null
  readonly sha256: Uint8Array
}

const fileName = 'read-token.sha256'

/**
 * Reads the hash of the read token from a data folder. If there is none, it makes a token of 256 random bits and writes
 * its hash to a file that only its owner can read. Delete the file to get a new token at the next start. Throws a
 * `UsageError` USAGE_STORE_UNREADABLE.
 */
export function readOrMakeReadToken(dataDirectory: string): ReadToken {
  const path = join(dataDirectory, fileName)
  const known = readHash(path)
  if (known !== null) return {fresh: null, sha256: known}
  const token = randomBytes(32).toString('base64url')
  const sha256 = sha256Of(token)
  writeFileSync(`${path}.new`, `${Buffer.from(sha256).toString('hex')}\n`, {mode: 0o600})
  renameSync(`${path}.new`, path)
  return {fresh: token, sha256}
}

function readHash(path: string): Uint8Array | null {
  let content: string
  try {
    content = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    const message = `cannot read the hash of the read token in ${path}: ${error instanceof Error ? error.message : error}`
    throw new UsageError('USAGE_STORE_UNREADABLE', message, {cause: error})
  }
  if (/^[0-9a-f]{64}$/.test(content)) return Buffer.from(content, 'hex')
  throw new UsageError('USAGE_STORE_UNREADABLE', `${path} must contain 64 hex digits`, {
    next: 'Delete the file. The next start of `usage collect` creates a new read token.',
  })
}

/** Whether an `Authorization` header contains the bearer token with this hash. Compares in constant time. */
export function hasSecret(authorization: string | undefined, sha256: Uint8Array): boolean {
  return isSecret(/^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1], sha256)
}

/** Whether this is the secret with this hash. Compares in constant time. */
export function isSecret(secret: unknown, sha256: Uint8Array): boolean {
  return typeof secret === 'string' && timingSafeEqual(sha256Of(secret), sha256)
}

/** Like `hasSecret`. In addition, it accepts the secret as the password of any user (Basic), as browsers send it. */
export function hasSecretOrPassword(authorization: string | undefined, sha256: Uint8Array): boolean {
  const basic = /^Basic +(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return hasSecret(authorization, sha256)
  const [, ...password] = Buffer.from(basic, 'base64').toString().split(':')
  return timingSafeEqual(sha256Of(password.join(':')), sha256)
}

export const sha256Of = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

/** Throws a `UsageError` USAGE_KEY_WRONG if the project has a write key and the header does not contain it. */
export function requireWriteKey({writeKey, project}: ProjectFile, authorization: string | undefined): void {
  if (writeKey === undefined || hasSecret(authorization, sha256Of(writeKey))) return
  throw new UsageError('USAGE_KEY_WRONG', `the write key of ${project} is required, as Authorization: Bearer KEY`)
}
