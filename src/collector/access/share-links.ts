import {createHash, randomBytes} from 'node:crypto'
import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {UsageError} from '../../errors.ts'

const fileName = 'share-links.json'

/** For each project id, the SHA-256 of the token in its share link. */
const shareLinks = v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)))
type ShareLinks = v.InferOutput<typeof shareLinks>

/**
 * Makes the token of a project's share link, 192 random bits. An earlier link of the project stops working. Only the
 * SHA-256 is stored, in a file of the data folder that only its owner can read. A running collector accepts the new
 * token immediately. Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export function makeShareToken(dataDirectory: string, project: string): string {
  const token = randomBytes(24).toString('base64url')
  write(dataDirectory, {...read(dataDirectory), [project]: hashOf(token)})
  return token
}

/** Revokes the share link of a project. False if it had none. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export function revokeShareToken(dataDirectory: string, project: string): boolean {
  const {[project]: revoked, ...others} = read(dataDirectory)
  if (revoked !== undefined) write(dataDirectory, others)
  return revoked !== undefined
}

/** The project whose share link has this token. Null if there is none or the file cannot be read. */
export function findSharedProject(dataDirectory: string, token: unknown): string | null {
  if (typeof token !== 'string') return null
  try {
    // Comparing hashes instead of tokens: the time that it takes reveals nothing about a token.
    const hash = hashOf(token)
    return Object.entries(read(dataDirectory)).find(([, known]) => known === hash)?.[0] ?? null
  } catch {
    return null
  }
}

function read(dataDirectory: string): ShareLinks {
  const path = join(dataDirectory, fileName)
  try {
    return v.parse(shareLinks, JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw unusable(path, error)
  }
}

function write(dataDirectory: string, links: ShareLinks): void {
  const path = join(dataDirectory, fileName)
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(links)}\n`, {mode: 0o600})
    renameSync(`${path}.new`, path)
  } catch (error) {
    throw unusable(path, error)
  }
}

function unusable(path: string, cause: unknown): UsageError {
  const came = cause instanceof Error ? cause.message : String(cause)
  return new UsageError('USAGE_STORE_UNREADABLE', `cannot read the share links in ${path}: ${came}`, {cause})
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
