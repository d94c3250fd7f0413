/**
 * Room `identity`: the secret of a user and the pseudonyms that are made from it. Read this room for a privacy review.
 *
 * A pseudonym is a keyed hash (HMAC-SHA-256) of project, kind, period and generation. It cannot be reversed, and two
 * pseudonyms of different projects, periods, generations or kinds cannot be joined. The secret is 256 random bits in a
 * file of the user, mode 0600, and never leaves the machine. Names of users, hosts and paths are inputs only: nothing
 * in this room sends or logs them. This module is pure; `secret.ts` reads and writes one file.
 * Read next: `secret.ts`.
 */
import {pseudonymOf} from '../../protocol/values/pseudonym.ts'

/** Replaces a pseudonym in a preview while there is no secret. Never sent. */
export const placeholderPseudonym = '0'.repeat(32)

export interface PseudonymScope {
  readonly project: string
  /** The name of a `RotationPeriod`. */
  readonly period: string
  /** Raised by each erasure request: pseudonyms from before and after it cannot be joined. */
  readonly generation: number
}

/** The user's key, 32 bytes. It proves the ownership of the pseudonym. */
export function deriveUserKey(secret: string, scope: PseudonymScope): Uint8Array {
  return hmac(Buffer.from(secret, 'hex'), [scope.project, 'user', scope.period, String(scope.generation)])
}

/** A user's pseudonym, 32 hex digits. Pseudonyms of different projects or periods cannot be joined. */
export function userPseudonym(secret: string, scope: PseudonymScope): string {
  return pseudonymOf(deriveUserKey(secret, scope))
}

/** A host's pseudonym, the same for all its users. Null without a machine id or a host name. */
export function hostPseudonym(machineId: string | null, hostName: string | null, scope: PseudonymScope): string | null {
  if (machineId === null || hostName === null) return null
  return pseudonymOf(hmac(Buffer.from(machineId), [scope.project, 'host', scope.period, hostName]))
}

/** The pseudonym of a user's script, made from its path. Null without a path. */
export function scriptPseudonym(secret: string, path: string | null, scope: PseudonymScope): string | null {
  if (path === null) return null
  const parts = [scope.project, 'script', scope.period, String(scope.generation), path]
  return pseudonymOf(hmac(Buffer.from(secret, 'hex'), parts))
}

const hmac = (key: Uint8Array, parts: readonly string[]): Uint8Array =>
  process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(parts.join('|')).digest()
