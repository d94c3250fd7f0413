import {randomBytes} from 'node:crypto'
import {readFileSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import {secretFolder} from './secret-files.ts'
import {presentedSecret, sha256Of} from './tokens.ts'

/** A read token as an operator sees it: never the token itself. Times are RFC 3339 in UTC. */
export interface ReadToken {
  /** The first twelve hex digits of its SHA-256. */
  readonly id: string
  readonly name: string
  /** The only project that it opens. Null: all. */
  readonly project: string | null
  readonly createdAt: string
  /** From then on it opens nothing. Null: never. */
  readonly expiresAt: string | null
}

/** What a request may read: one project, or all (null). */
export interface Reader {
  readonly project: string | null
}

/** The file of one token. Its name is the SHA-256 of the token. */
const tokenFile = v.object({
  name: v.string(),
  project: v.nullable(v.string()),
  createdAt: v.string(),
  expiresAt: v.nullable(v.string()),
})

const folderName = 'read-tokens'
/** The hash of the only token of earlier versions. It opens all projects. */
const oldFileName = 'read-token.sha256'
const hashPattern = /^[0-9a-f]{64}$/

export interface NewReadToken {
  readonly name: string | null
  readonly project: string | null
  /** Unix milliseconds. */
  readonly expiresAtMs: number | null
}

/**
 * Makes a read token of 256 random bits. Only its SHA-256 is stored. A running collector accepts it at the next
 * request. Throws a `UsageError`: USAGE_TOKEN_EXISTS if the name is used, USAGE_STORE_UNREADABLE.
 */
export function makeReadToken(
  dataDirectory: string,
  {name, project, expiresAtMs}: NewReadToken,
  nowMs: number,
): ReadToken & {readonly token: string} {
  const token = randomBytes(32).toString('base64url')
  const hash = hexOf(token)
  const id = idOf(hash)
  if (name !== null && listReadTokens(dataDirectory).some(one => one.name === name || one.id === name))
    throw new UsageError('USAGE_TOKEN_EXISTS', `a read token with the name ${name} exists`)
  const file = {
    name: name ?? id,
    project,
    createdAt: new Date(nowMs).toISOString(),
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
  }
  secretFolder(dataDirectory, folderName).write(hash, `${JSON.stringify(file)}\n`)
  return {id, ...file, token}
}

/**
 * Makes the first read token of a data folder, for all projects. Null if the folder had one before, even if it is
 * revoked by now. Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export function makeFirstReadToken(dataDirectory: string, nowMs: number): string | null {
  if (readOldHash(dataDirectory) !== null || !secretFolder(dataDirectory, folderName).create()) return null
  return makeReadToken(dataDirectory, {name: 'first', project: null, expiresAtMs: null}, nowMs).token
}

/** All read tokens, oldest first, also expired ones. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export function listReadTokens(dataDirectory: string): ReadToken[] {
  const folder = secretFolder(dataDirectory, folderName)
  const found = folder.list().flatMap(hash => readToken(hash, folder.read(hash)) ?? [])
  const old = readOldToken(dataDirectory)
  return [...(old === null ? [] : [old]), ...found].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

/** Whether an unexpired read token exists. False also if the tokens cannot be read. */
export function hasReadToken(dataDirectory: string, nowMs: number): boolean {
  try {
    return listReadTokens(dataDirectory).some(token => !isExpired(token, nowMs))
  } catch {
    return false
  }
}

/**
 * Revokes the read token with an id or a name. A running collector rejects it from the next request on. Throws a
 * `UsageError`: USAGE_TOKEN_UNKNOWN if no token or several have it, USAGE_STORE_UNREADABLE.
 */
export function revokeReadToken(dataDirectory: string, idOrName: string): ReadToken {
  const tokens = listReadTokens(dataDirectory)
  const byId = tokens.filter(({id}) => id === idOrName)
  const [found, another] = byId.length > 0 ? byId : tokens.filter(({name}) => name === idOrName)
  if (found === undefined) throw unknown(`no read token has the id or the name ${idOrName}`)
  if (another !== undefined) throw unknown(`several read tokens have the name ${idOrName}`)
  removeToken(dataDirectory, found)
  return found
}

/** Revokes the tokens that open only a project. Returns how many. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export function revokeTokensOf(dataDirectory: string, project: string): number {
  const own = listReadTokens(dataDirectory).filter(token => token.project === project)
  for (const token of own) removeToken(dataDirectory, token)
  return own.length
}

/**
 * What the `Authorization` header of a request may read: its bearer token or, as browsers send it, its password. Null:
 * nothing. Reads the files at each call, so a new token or a revocation needs no restart. Throws a `UsageError`
 * USAGE_STORE_UNREADABLE: nobody reads while the tokens are unreadable.
 */
export function findReader(dataDirectory: string, authorization: string | undefined, nowMs: number): Reader | null {
  // Hashes instead of tokens are compared: the time that it takes reveals nothing about a token.
  const secret = presentedSecret(authorization)
  if (secret === null) return null
  const hash = hexOf(secret)
  const token = readToken(hash, secretFolder(dataDirectory, folderName).read(hash))
  if (token !== null) return isExpired(token, nowMs) ? null : {project: token.project}
  return readOldHash(dataDirectory) === hash ? {project: null} : null
}

function removeToken(dataDirectory: string, {id}: ReadToken): void {
  const folder = secretFolder(dataDirectory, folderName)
  const hash = folder.list().find(name => idOf(name) === id)
  // The folder tells a later start that a token was made before.
  folder.create()
  if (hash !== undefined) folder.remove(hash)
  else rmSync(join(dataDirectory, oldFileName), {force: true})
}

function readToken(hash: string, content: string | null): ReadToken | null {
  if (content === null || !hashPattern.test(hash)) return null
  const read = v.safeParse(tokenFile, parse(content))
  if (read.success) return {id: idOf(hash), ...read.output}
  throw new UsageError('USAGE_STORE_UNREADABLE', `the file ${folderName}/${hash} of the data folder is damaged`, {
    next: 'Delete the file, and make a new token with `usage token new`.',
  })
}

function readOldHash(dataDirectory: string): string | null {
  const path = join(dataDirectory, oldFileName)
  let content: string
  try {
    content = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    const message = `cannot read the hash of the read token in ${path}: ${error instanceof Error ? error.message : error}`
    throw new UsageError('USAGE_STORE_UNREADABLE', message, {cause: error})
  }
  if (hashPattern.test(content)) return content
  throw new UsageError('USAGE_STORE_UNREADABLE', `${path} must contain 64 hex digits`, {
    next: 'Delete the file, and make a new token with `usage token new`.',
  })
}

function readOldToken(dataDirectory: string): ReadToken | null {
  const hash = readOldHash(dataDirectory)
  if (hash === null) return null
  const createdAt = statSync(join(dataDirectory, oldFileName), {throwIfNoEntry: false})?.mtime ?? new Date(0)
  return {id: idOf(hash), name: 'first', project: null, createdAt: createdAt.toISOString(), expiresAt: null}
}

const isExpired = ({expiresAt}: ReadToken, nowMs: number): boolean =>
  expiresAt !== null && !(nowMs < Date.parse(expiresAt))

const idOf = (hash: string): string => hash.slice(0, 12)
const hexOf = (token: string): string => Buffer.from(sha256Of(token)).toString('hex')
const unknown = (message: string): UsageError => new UsageError('USAGE_TOKEN_UNKNOWN', message)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
