import {createHash, randomBytes} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import {type SecretFolder, secretFolder} from './secret-files.ts'

/** A file for each project id: the SHA-256 of the token in its share link, or nothing if the link is revoked. */
const folderName = 'share-links'
/** The links of earlier versions in one file. A file in the folder replaces the entry of its project. */
const oldFileName = 'share-links.json'

const hashPattern = /^[0-9a-f]{64}$/
const oldLinks = v.record(v.string(), v.pipe(v.string(), v.regex(hashPattern)))

/**
 * Makes the token of a project's share link, 192 random bits. An earlier link of the project stops working. Only the
 * SHA-256 is stored, in a file of the data folder that only its owner can read. A running collector accepts the new
 * token immediately. Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export function makeShareToken(dataDirectory: string, project: string): string {
  // While this file is damaged, no link opens.
  readOldLinks(dataDirectory)
  const token = randomBytes(24).toString('base64url')
  folderOf(dataDirectory).write(project, `${hashOf(token)}\n`)
  return token
}

/** Whether a project has a share link. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export const hasShareToken = (dataDirectory: string, project: string): boolean =>
  readLinks(dataDirectory, folderOf(dataDirectory)).has(project)

/** Revokes the share link of a project. False if it had none. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export function revokeShareToken(dataDirectory: string, project: string): boolean {
  const folder = folderOf(dataDirectory)
  const had = hasShareToken(dataDirectory, project)
  if (readOldLinks(dataDirectory)[project] === undefined) folder.remove(project)
  else folder.write(project, '')
  return had
}

/** The project whose share link has this token. Null if there is none or the files cannot be read. */
export function findSharedProject(dataDirectory: string, token: unknown): string | null {
  if (typeof token !== 'string') return null
  try {
    // Comparing hashes instead of tokens: the time that it takes reveals nothing about a token.
    const hash = hashOf(token)
    const links = readLinks(dataDirectory, folderOf(dataDirectory))
    return [...links].find(([, known]) => known === hash)?.[0] ?? null
  } catch {
    return null
  }
}

const folderOf = (dataDirectory: string): SecretFolder => secretFolder(dataDirectory, folderName)

function readLinks(dataDirectory: string, folder: SecretFolder): Map<string, string> {
  const links = new Map(Object.entries(readOldLinks(dataDirectory)))
  for (const project of folder.list()) {
    const hash = folder.read(project)?.trim() ?? ''
    if (hashPattern.test(hash)) links.set(project, hash)
    else links.delete(project)
  }
  return links
}

function readOldLinks(dataDirectory: string): Readonly<Record<string, string>> {
  const path = join(dataDirectory, oldFileName)
  try {
    return v.parse(oldLinks, JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_STORE_UNREADABLE', `cannot read the share links in ${path}: ${came}`, {cause: error})
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
