import {renameSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {createWhole, makeDirectory, readIfPresent} from '../world/files.ts'

const secretPattern = /^[0-9a-f]{64}$/

/** The file of the user's secret. */
export const secretPath = (stateDirectory: string): string => join(stateDirectory, 'secret')

/**
 * Reads the user's secret, or creates it: 256 random bits as hex in a file with mode 0600. It is never sent. Processes
 * that create it at the same time get the same one. A damaged file (for example after a power cut) is renamed, and the
 * user gets new pseudonyms. Throws errors of the file system.
 */
export function readSecret(stateDirectory: string, random: (bytes: number) => Uint8Array): string {
  const path = secretPath(stateDirectory)
  const found = readIfPresent(path)?.trim() ?? null
  if (found !== null && secretPattern.test(found)) return found
  makeDirectory(stateDirectory)
  if (found !== null) renameSync(path, `${path}.damaged`)
  createWhole(path, `${Buffer.from(random(32)).toString('hex')}\n`)
  const secret = readIfPresent(path)?.trim() ?? ''
  if (!secretPattern.test(secret)) throw new Error(`${path} must contain 64 hex digits`)
  return secret
}

/** Reads the user's secret. Null if it is missing or damaged. Writes nothing. */
export function findSecret(stateDirectory: string): string | null {
  const found = readIfPresent(secretPath(stateDirectory))?.trim() ?? ''
  return secretPattern.test(found) ? found : null
}

/** When the secret was made, Unix milliseconds: its file never changes. Null if there is none. Writes nothing. */
export function secretMadeAt(stateDirectory: string): number | null {
  return statSync(secretPath(stateDirectory), {throwIfNoEntry: false})?.mtimeMs ?? null
}

/**
 * Whether a secret was made during the run of an event: within a second before it, because the notice comes first and
 * clocks of file systems may be behind, or within a minute after it, by the sender that the run starts. Pure.
 */
export function isSecretOfRun(madeAtMs: number, eventMs: number): boolean {
  return eventMs < madeAtMs + 1_000 && eventMs >= madeAtMs - 60_000
}
