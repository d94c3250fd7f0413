import {mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {deserialize, serialize} from 'node:v8'
import {crc32} from 'node:zlib'
import {UsageError} from '../../../errors.ts'
import {databaseName} from '../tables/database.ts'
import type {FeatureColumns, RunColumns} from './columns.ts'

/** The folder in a data folder for what was read from the tables. It may be removed at any time: it is read anew. */
export const columnsFolder = 'columns'

/** Files of another form than this are read anew. */
const form = 2

/** Keeps columns on disk for the next process. Every failure is as if nothing were kept. */
export interface ColumnFiles {
  /** The columns that were kept under this name for just this state of the tables, else null. */
  read(name: string, state: string): RunColumns | FeatureColumns | null
  write(name: string, state: string, columns: RunColumns | FeatureColumns): void
}

export function createColumnFiles(dataDirectory: string): ColumnFiles {
  const folder = join(dataDirectory, columnsFolder)
  return {
    read(name, state) {
      try {
        const kept = deserialize(checked(readFileSync(join(folder, name))))
        return kept.form === form && kept.name === name && kept.state === state ? kept.columns : null
      } catch {
        return null
      }
    },
    write(name, state, columns) {
      const path = join(folder, name)
      const temporary = `${path}.${process.pid}`
      try {
        // The collector could not remove what another user (root, say) keeps beside its store.
        if (statSync(join(dataDirectory, databaseName)).uid !== (process.getuid?.() ?? 0)) return
        mkdirSync(folder, {recursive: true, mode: 0o700})
        writeFileSync(temporary, withSum(serialize({form, name, state, columns})), {mode: 0o600})
        renameSync(temporary, path)
      } catch {
        removeIfPossible(temporary)
      }
    },
  }
}

/** Removes what is kept, so that nothing is left of what somebody had erased. Throws USAGE_STORE_UNREADABLE. */
export function removeColumnFiles(dataDirectory: string): void {
  const folder = join(dataDirectory, columnsFolder)
  try {
    rmSync(folder, {recursive: true, force: true, maxRetries: 3})
  } catch (cause) {
    const came = cause instanceof Error ? cause.message : String(cause)
    const next = 'Remove the folder as its owner or as root. It contains only copies and is created again.'
    throw new UsageError('USAGE_STORE_UNREADABLE', `cannot remove ${folder}: ${came}`, {cause, next})
  }
}

function removeIfPossible(path: string): void {
  try {
    rmSync(path, {force: true})
  } catch {
    // A folder that cannot be written, or that is none, has nothing to remove.
  }
}

const sumBytes = 4

/** The sum stands at the end: arrays of numbers are then read where they lie. */
function withSum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32LE(crc32(bytes))
  return Buffer.concat([bytes, sum])
}

/** The bytes before their sum. Throws where it is not theirs: a file that is damaged may be read as other numbers. */
function checked(file: Buffer): Buffer {
  const bytes = file.subarray(0, -sumBytes)
  if (file.readUInt32LE(file.length - sumBytes) !== crc32(bytes)) throw new Error('damaged')
  return bytes
}
