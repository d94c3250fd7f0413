/**
 * Room `identity`: the secret of a user and the pseudonyms that are made from it. Read this room for a privacy review.
 *
 * A pseudonym is a keyed hash (HMAC-SHA-256) of project, kind, period and generation. It cannot be reversed, and two pseudonyms of
 * different projects, periods, generations or kinds cannot be joined. The secret is 256 random bits in a file of the user, mode
 * 0600, and never leaves the machine. Names of users, hosts and paths are inputs only: nothing in this room sends or logs them.
 * This module is pure; `secret.ts` reads and writes one file.
 * Read next: `secret.ts`.
 */
import type {ProjectFile} from '../../protocol/project-file.ts'
import {pseudonymOf} from '../../protocol/pseudonym.ts'

/** Stands where a pseudonym will be while there is no secret to make it from. Never sent. */
export const placeholderPseudonym = '0'.repeat(32)

/** The calendar period, in UTC, that ids made from an event of this time belong to. */
export function rotationPeriod(rotate: ProjectFile['identity']['rotate'], time: string): string {
  const utc = new Date(time).toISOString()
  return rotate === 'year' ? utc.slice(0, 4) : rotate === 'month' ? utc.slice(0, 7) : 'always'
}

export interface PseudonymScope {
  readonly project: string
  /** What `rotationPeriod` gives. */
  readonly period: string
  /** Raised when a person has had their data erased: ids from before and after cannot be joined. */
  readonly generation: number
}

/** The user's key: whoever presents it owns the pseudonym. 32 bytes. */
export function deriveUserKey(secret: string, scope: PseudonymScope): Uint8Array {
  return hmac(Buffer.from(secret, 'hex'), [scope.project, 'user', scope.period, String(scope.generation)])
}

/** A person's pseudonym: two projects' or two periods' cannot be joined. 32 hex digits. */
export function userPseudonym(secret: string, scope: PseudonymScope): string {
  return pseudonymOf(deriveUserKey(secret, scope))
}

/** A host's pseudonym: the same for all its users. Null without a machine id. */
export function hostPseudonym(machineId: string | null, hostName: string | null, scope: PseudonymScope): string | null {
  if (machineId === null || hostName === null) return null
  return pseudonymOf(hmac(Buffer.from(machineId), [scope.project, 'host', scope.period, hostName]))
}

/** A script's pseudonym: one person's script at one path. */
export function scriptPseudonym(secret: string, path: string | null, scope: PseudonymScope): string | null {
  if (path === null) return null
  const parts = [scope.project, 'script', scope.period, String(scope.generation), path]
  return pseudonymOf(hmac(Buffer.from(secret, 'hex'), parts))
}

const hmac = (key: Uint8Array, parts: readonly string[]): Uint8Array =>
  process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(parts.join('|')).digest()
