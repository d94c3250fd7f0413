/**
 * Room `access`: who may read, who may write, and which process may talk to a running collector.
 *
 * Read tokens, write keys of projects and share links are compared by their SHA-256 in constant time; no secret is stored or
 * logged. Files are readable by their owner alone. `running-collector-file.ts` is how `usage purge` and `usage import` on the
 * same machine find the collector that holds the store.
 * Read next: `share-links.ts`.
 */
import {createHash, randomBytes, timingSafeEqual} from 'node:crypto'
import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'

/** The read token of a collector: who has it may read the stats. Only its SHA-256 is kept. */
export interface ReadToken {
  /** The token itself, when it was made just now and nobody has seen it yet; else null. */
  readonly fresh: string | null
  readonly sha256: Uint8Array
}

const fileName = 'read-token.sha256'

/**
 * Reads the hash of the read token from a data folder, and makes a token when there is none: 256 random bits, given
 * once. The file is the owner's alone. Delete it to have a new token made at the next start.
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

/** Whether an `Authorization` header bears the secret with this hash. Takes the same time for every wrong one. */
export function hasSecret(authorization: string | undefined, sha256: Uint8Array): boolean {
  return isSecret(/^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1], sha256)
}

/** Whether this is the secret with this hash. Takes the same time for every wrong one. */
export function isSecret(secret: unknown, sha256: Uint8Array): boolean {
  return typeof secret === 'string' && timingSafeEqual(sha256Of(secret), sha256)
}

/** The same, and whether it has the secret as the password of any user, which is how a browser is asked for it. */
export function hasSecretOrPassword(authorization: string | undefined, sha256: Uint8Array): boolean {
  const basic = /^Basic +(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return hasSecret(authorization, sha256)
  const [, ...password] = Buffer.from(basic, 'base64').toString().split(':')
  return timingSafeEqual(sha256Of(password.join(':')), sha256)
}

export const sha256Of = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

/** Throws a `UsageError` USAGE_KEY_WRONG unless the header bears the write key of a project that has one. */
export function requireWriteKey({writeKey, project}: ProjectFile, authorization: string | undefined): void {
  if (writeKey === undefined || hasSecret(authorization, sha256Of(writeKey))) return
  throw new UsageError('USAGE_KEY_WRONG', `the write key of ${project} is required, as Authorization: Bearer KEY`)
}
