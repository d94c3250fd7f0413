import {renameSync} from 'node:fs'
import {join} from 'node:path'
import {createWhole, makeDirectory, readIfPresent} from '../world/files.ts'

const secretPattern = /^[0-9a-f]{64}$/

/** The file of the user's secret. */
export const secretPath = (stateDirectory: string): string => join(stateDirectory, 'secret')

/**
 * The user's secret: 256 random bits as hex, made at first use, 0600, never sent. Processes that make it at the same
 * time end with the same one. A damaged one (a power cut) is set aside, and the person has new pseudonyms from then on.
 * Throws what the file system throws.
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

/** The user's secret if it has been made, else null. Writes nothing. */
export function findSecret(stateDirectory: string): string | null {
  const found = readIfPresent(secretPath(stateDirectory))?.trim() ?? ''
  return secretPattern.test(found) ? found : null
}
