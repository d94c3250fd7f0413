import {randomBytes} from 'node:crypto'
import {readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'

const fileName = 'collector.json'

const runningCollector = v.object({http: v.string(), secret: v.string()})

/** The collector that writes a data folder: where it listens, and what proves that somebody may read the folder. */
export type RunningCollector = Readonly<v.InferOutput<typeof runningCollector>>

/** Makes the secret by which the collector that runs knows the maintainer's own commands: 256 random bits. */
export const makeFolderSecret = (): string => randomBytes(32).toString('base64url')

/** Says in a data folder which collector writes it, to those who may read the owner's files. */
export function writeRunningCollector(dataDirectory: string, running: RunningCollector): void {
  const path = join(dataDirectory, fileName)
  writeFileSync(`${path}.new`, JSON.stringify(running), {mode: 0o600})
  renameSync(`${path}.new`, path)
}

export function removeRunningCollector(dataDirectory: string): void {
  rmSync(join(dataDirectory, fileName), {force: true})
}

/**
 * The collector that holds the store's lock, if the lock is held: whoever takes that removes the file of an earlier one.
 * Where nobody holds it, the file may be that of a collector that was killed. Null: none, or it may not be read.
 */
export function readRunningCollector(dataDirectory: string): RunningCollector | null {
  try {
    const read = v.safeParse(runningCollector, JSON.parse(readFileSync(join(dataDirectory, fileName), 'utf8')))
    return read.success ? read.output : null
  } catch {
    return null
  }
}
