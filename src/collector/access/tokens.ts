/**
 * Room `access`: who may read, who may write, and which process may talk to a running collector.
 *
 * Read tokens, write keys and share links are compared by their SHA-256. No read token or share token is stored, and no
 * secret is logged. Files are readable only by their owner. `running-collector-file.ts` lets `usage import` on the same
 * machine find the collector that holds the store.
 * Read next: `read-tokens.ts`, `share-links.ts`.
 */
import {createHash, timingSafeEqual} from 'node:crypto'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'

/** Whether an `Authorization` header contains the bearer token with this hash. Compares in constant time. */
export function hasSecret(authorization: string | undefined, sha256: Uint8Array): boolean {
  return isSecret(/^Bearer +(\S+)\s*$/i.exec(authorization ?? '')?.[1], sha256)
}

/** Whether this is the secret with this hash. Compares in constant time. */
export function isSecret(secret: unknown, sha256: Uint8Array): boolean {
  return typeof secret === 'string' && timingSafeEqual(sha256Of(secret), sha256)
}

/** The secret in an `Authorization` header: a bearer token, or the password of any user (Basic), as browsers send it. */
export function presentedSecret(authorization: string | undefined): string | null {
  const [, scheme, value] = /^(Bearer|Basic) +(\S+)\s*$/i.exec(authorization ?? '') ?? []
  if (scheme === undefined || value === undefined) return null
  if (scheme.toLowerCase() === 'bearer') return value
  const [, ...password] = Buffer.from(value, 'base64').toString().split(':')
  return password.join(':')
}

export const sha256Of = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

/** The SHA-256 of a write key, made once for each project file. */
const keyHashes = new WeakMap<ProjectFile, Uint8Array>()

function isKeyOf(project: ProjectFile, secret: string | null): boolean {
  if (project.writeKey === undefined || secret === null) return false
  const hash = keyHashes.get(project) ?? sha256Of(project.writeKey)
  keyHashes.set(project, hash)
  return isSecret(secret, hash)
}

/**
 * Refuses a request that no project would accept, before its body is read: its key is that of no project, or it has none
 * and every project has one. Throws a `UsageError` USAGE_KEY_WRONG.
 */
export function requireSomeKey(projects: ReadonlyMap<string, ProjectFile>, authorization: string | undefined): void {
  const secret = presentedSecret(authorization)
  for (const project of projects.values())
    if (authorization === undefined ? project.writeKey === undefined : isKeyOf(project, secret)) return
  throw new UsageError('USAGE_KEY_WRONG', 'the write key of a project is required, as Authorization: Bearer KEY')
}

/** Throws a `UsageError` USAGE_KEY_WRONG if the project has a write key and the header does not contain it. */
export function requireWriteKey(project: ProjectFile, authorization: string | undefined): void {
  if (project.writeKey === undefined || isKeyOf(project, presentedSecret(authorization))) return
  throw new UsageError(
    'USAGE_KEY_WRONG',
    `the write key of ${project.project} is required, as Authorization: Bearer KEY`,
  )
}
