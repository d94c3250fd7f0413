import {randomBytes} from 'node:crypto'
import {readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {messageOf, UsageError} from '../../errors.ts'
import {nextStepFor} from './next-step.ts'

const fileName = 'collector.json'

const runningCollector = v.object({http: v.string(), secret: v.string()})

/** The collector that writes a data folder: its address, and a secret that only readers of the folder can present. */
export type RunningCollector = Readonly<v.InferOutput<typeof runningCollector>>

/** Makes the secret by which a running collector recognises commands of its owner: 256 random bits. */
export const makeFolderSecret = (): string => randomBytes(32).toString('base64url')

/**
 * Writes which collector writes a data folder, to a file that only its owner can read (0600). Replaces the file whole.
 * Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export function writeRunningCollector(dataDirectory: string, running: RunningCollector): void {
  const path = join(dataDirectory, fileName)
  try {
    // What a kill left, or a link of somebody who may write the folder, must not receive the secret.
    rmSync(`${path}.new`, {force: true})
    writeFileSync(`${path}.new`, JSON.stringify(running), {mode: 0o600, flag: 'wx'})
    renameSync(`${path}.new`, path)
  } catch (error) {
    const message = `cannot write ${path}: ${messageOf(error)}`
    throw new UsageError('USAGE_STORE_UNREADABLE', message, {cause: error, ...nextStepFor(message)})
  }
}

export function removeRunningCollector(dataDirectory: string): void {
  rmSync(join(dataDirectory, fileName), {force: true})
}

/**
 * The collector that holds the store's lock. If no process holds the lock, the file may belong to a collector that was
 * killed: opening the store for writing removes it. Null if there is no file or it cannot be read.
 */
export function readRunningCollector(dataDirectory: string): RunningCollector | null {
  try {
    const read = v.safeParse(runningCollector, JSON.parse(readFileSync(join(dataDirectory, fileName), 'utf8')))
    return read.success ? read.output : null
  } catch {
    return null
  }
}
