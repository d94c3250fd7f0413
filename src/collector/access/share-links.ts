import {createHash, randomBytes} from 'node:crypto'
import {closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
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
  change(dataDirectory, links => ({...links, [project]: hashOf(token)}))
  return token
}

/** Revokes the share link of a project. False if it had none. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export function revokeShareToken(dataDirectory: string, project: string): boolean {
  let had = false
  change(dataDirectory, ({[project]: revoked, ...others}) => {
    had = revoked !== undefined
    return others
  })
  return had
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

/** Milliseconds after which the new file belongs to a process that was killed. A change takes one. */
const staleMs = 2_000

/**
 * Changes the links. The new file, which one process alone can create, is also the lock: of two changes at the same time
 * the second begins after the first, so both hold.
 */
function change(dataDirectory: string, changeLinks: (links: ShareLinks) => ShareLinks): void {
  const path = join(dataDirectory, fileName)
  const file = openNew(path)
  try {
    writeFileSync(file, `${JSON.stringify(changeLinks(read(dataDirectory)))}\n`)
    renameSync(`${path}.new`, path)
  } catch (error) {
    rmSync(`${path}.new`, {force: true})
    throw error instanceof UsageError ? error : unusable(path, error)
  } finally {
    closeSync(file)
  }
}

function openNew(path: string): number {
  for (;;) {
    try {
      return openSync(`${path}.new`, 'wx', 0o600)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw unusable(path, error)
    }
    const since = statSync(`${path}.new`, {throwIfNoEntry: false})?.mtimeMs ?? Date.now()
    if (Math.abs(Date.now() - since) > staleMs) rmSync(`${path}.new`, {force: true})
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  }
}

function unusable(path: string, cause: unknown): UsageError {
  const came = cause instanceof Error ? cause.message : String(cause)
  return new UsageError('USAGE_STORE_UNREADABLE', `cannot read the share links in ${path}: ${came}`, {cause})
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
