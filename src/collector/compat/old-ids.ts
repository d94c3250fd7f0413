import {createHash, createHmac, randomBytes} from 'node:crypto'
import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {messageOf, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {type RotationPeriod, rotationPeriod} from '../../protocol/project/rotation.ts'
import type {Header} from '../../protocol/report/header.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'

/** Turns the ids of people and machines that old clients send into pseudonyms. */
export interface OldIds {
  /**
   * The pseudonym of an old id. Old ids are plain hashes, which a dictionary reverses, so they are hashed again with a
   * secret of this collector. The pseudonym changes as often as the project declares. Null if there is no id, if the
   * project collects none, or if the id is the hash of an empty name, which all clients without a user name share.
   */
  pseudonym(kind: 'user' | 'host', oldId: unknown, project: ProjectFile, timeMs: number): string | null
  /** The pseudonyms of a header with the period for which they were made. */
  header(ids: {readonly user: unknown; readonly host: unknown}, project: ProjectFile, timeMs: number): OldIdHeader
}

type OldIdHeader = Pick<Header, 'user' | 'host' | 'period'>

const fileName = 'old-ids.secret'

/** The most characters of an id. Longer ids are ignored. */
const maxOldIdLength = 256

/**
 * Reads the secret from a data folder: 256 random bits in a file that only its owner can read. Makes it, and the folder,
 * if it is missing. Throws a `UsageError`: USAGE_STORE_UNREADABLE, USAGE_STORE_UNWRITABLE.
 */
export function readOrMakeOldIdSecret(dataDirectory: string): string {
  const path = join(dataDirectory, fileName)
  const known = readSecret(path)
  if (known !== null) return known
  const secret = randomBytes(32).toString('hex')
  try {
    mkdirSync(dataDirectory, {recursive: true, mode: 0o700})
    writeFileSync(`${path}.new`, `${secret}\n`, {mode: 0o600})
    renameSync(`${path}.new`, path)
  } catch (cause) {
    throw new UsageError('USAGE_STORE_UNWRITABLE', `cannot write the secret in ${path}: ${messageOf(cause)}`, {cause})
  }
  return secret
}

function readSecret(path: string): string | null {
  let content: string
  try {
    content = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    const message = `cannot read the secret in ${path}: ${error instanceof Error ? error.message : error}`
    throw new UsageError('USAGE_STORE_UNREADABLE', message, {cause: error})
  }
  if (/^[0-9a-f]{64}$/.test(content)) return content
  throw new UsageError('USAGE_STORE_UNREADABLE', `${path} must contain 64 hex digits`, {
    next: 'Restore the file from a backup. If there is none, delete it: users of old clients then count as new users.',
  })
}

export function oldIds(secret: string): OldIds {
  const pseudonym: OldIds['pseudonym'] = (kind, oldId, {project, identity}, timeMs) => {
    if (!identity[kind] || typeof oldId !== 'string' || oldId === '' || oldId.length > maxOldIdLength) return null
    const id = oldId.toLowerCase()
    if (hashesOfNothing.has(id)) return null
    const period = identity.rotate === 'never' ? '' : periodAt(identity, timeMs).name
    const keyed = createHmac('sha256', secret).update(JSON.stringify([project, kind, period, id]))
    return keyed.digest('hex').slice(0, 32)
  }
  return {
    pseudonym,
    header(ids, project, timeMs) {
      const user = pseudonym('user', ids.user, project, timeMs)
      const host = pseudonym('host', ids.host, project, timeMs)
      const isNameless = user === null && host === null
      return {user, host, period: isNameless ? null : periodAt(project.identity, timeMs).firstDay}
    },
  }
}

const periodAt = (identity: ProjectFile['identity'], timeMs: number): RotationPeriod =>
  rotationPeriod(identity, new Date(timeMs).toISOString())

/** The ids that Parsl (10 digits of SHA-256) and Mantid (MD5) make of an empty name. */
const hashesOfNothing = new Set([
  createHash('sha256').update('').digest('hex').slice(0, 10),
  createHash('md5').update('').digest('hex'),
])

/** A UUID of version 7 that is made from its parts: equal parts give the same UUID. Pure. */
export function uuidOf(timeMs: number, ...parts: readonly unknown[]): string {
  return makeUuidV7(Math.max(0, timeMs), createHash('sha256').update(JSON.stringify(parts)).digest())
}
