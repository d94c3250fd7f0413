import {mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {deserialize, serialize} from 'node:v8'
import {crc32} from 'node:zlib'
import {UsageError} from '../../../../errors.ts'
import {databaseName} from '../tables/database.ts'
import type {FeatureColumns, RunColumns} from './columns.ts'

/** The folder for files of columns in a data folder. You may delete it at any time. */
export const columnsFolder = 'columns'

/** The version of the file format. Files of other versions are ignored. */
const form = 4

/** Keeps columns on disk for the next process. Never throws: a file that fails is like a missing file. */
export interface ColumnFiles {
  /** The columns that were written under this name for exactly this state of the tables. Null if there are none. */
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
        // A collector could not remove files of another user, for example root.
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

/** Removes all files of columns, so that no erased data is left. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
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
    // The folder is not writable or is not a folder, so the file was not written.
  }
}

const sumBytes = 4

/** Appends a checksum. At the end it does not change the alignment of the arrays, so they are read in place. */
function withSum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32LE(crc32(bytes))
  return Buffer.concat([bytes, sum])
}

/** Returns the bytes without their checksum. Throws if it is wrong: a damaged file could be read as wrong numbers. */
function checked(file: Buffer): Buffer {
  const bytes = file.subarray(0, -sumBytes)
  if (file.readUInt32LE(file.length - sumBytes) !== crc32(bytes)) throw new Error('damaged')
  return bytes
}
