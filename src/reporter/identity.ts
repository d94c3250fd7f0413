import {readFileSync, renameSync} from 'node:fs'
import {join} from 'node:path'
import type {ProjectFile} from '../protocol/project-file.ts'
import {pseudonymOf} from '../protocol/pseudonym.ts'
import {createWhole, makeDirectory, readIfPresent} from './files.ts'

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
  if (!secretPattern.test(secret)) throw new Error(`wanted 64 hex digits in ${path}`)
  return secret
}

/** The user's secret if it has been made, else null. Writes nothing. */
export function findSecret(stateDirectory: string): string | null {
  const found = readIfPresent(secretPath(stateDirectory))?.trim() ?? ''
  return secretPattern.test(found) ? found : null
}

/** Stands where a pseudonym will be while there is no secret to make it from. Never sent. */
export const pendingPseudonym = '0'.repeat(32)

/** Where node-machine-id looks on Linux, by a child process; the first line of both together is the id. */
const machineIdFiles = ['/var/lib/dbus/machine-id', '/etc/machine-id']

/**
 * This machine's id where a file has it, so that it costs a recording no child process: what `readMachineId` gives on
 * Linux. Null on other systems, and where there is none. Never throws.
 */
export function readMachineIdFile(paths: readonly string[] = machineIdFiles): string | null {
  if (process.platform !== 'linux') return null
  const text = paths.map(readOrNothing).join('')
  const id = text.slice(0, text.indexOf('\n') + 1 || text.length).trim()
  return machineIdPattern.test(id) ? id : null
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** What a machine id looks like on every system that has one. */
const machineIdPattern = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/**
 * This machine's id by node-machine-id, or null where there is none: an image with an empty id, an unknown system.
 * Without a machine id node-machine-id gives the host name instead; that names a person's machine and is not taken.
 */
export async function readMachineId(): Promise<string | null> {
  try {
    const {default: machine} = await import('node-machine-id')
    const id = machine.machineIdSync(true).trim()
    return machineIdPattern.test(id) ? id : null
  } catch {
    return null
  }
}

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
