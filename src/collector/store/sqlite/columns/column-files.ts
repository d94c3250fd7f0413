import {createHash} from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {deserialize, serialize} from 'node:v8'
import {crc32} from 'node:zlib'
import {UsageError} from '../../../../errors.ts'
import {databaseName} from '../tables/database.ts'
import type {FeatureColumns, RunColumns} from './columns.ts'

/** The folder for files of columns in a data folder. You may delete it at any time. */
export const columnsFolder = 'columns'

/** The version of the file format. Files of other versions are ignored. */
const form = 8

/** Keeps columns on disk for the next process. Never throws: a file that fails is like a missing file. */
export interface ColumnFiles {
  /** The columns that were written under this name for exactly this state of the tables. Null if there are none. */
  read(name: string, state: string): RunColumns | FeatureColumns | null
  /** Whether there is such a file. Reads only its end, so a damaged file may count. */
  has(name: string, state: string): boolean
  write(name: string, state: string, columns: RunColumns | FeatureColumns): void
}

export function createColumnFiles(dataDirectory: string): ColumnFiles {
  const folder = join(dataDirectory, columnsFolder)
  return {
    read(name, state) {
      try {
        return deserialize(checked(readFileSync(join(folder, name)), stampOf(name, state)))
      } catch {
        return null
      }
    },
    has(name, state) {
      try {
        return readStamp(join(folder, name)).equals(stampOf(name, state))
      } catch {
        return false
      }
    },
    write(name, state, columns) {
      const path = join(folder, name)
      const temporary = `${path}.${process.pid}`
      try {
        // A collector could not remove files of another user, for example root.
        if (statSync(join(dataDirectory, databaseName)).uid !== (process.getuid?.() ?? 0)) return
        mkdirSync(folder, {recursive: true, mode: 0o700})
        writeFileSync(temporary, withEnd(serialize(columns), stampOf(name, state)), {mode: 0o600})
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

const stampBytes = 16
const sumBytes = 4
const endBytes = stampBytes + sumBytes

/** Says of which month and state the columns are. */
const stampOf = (name: string, state: string): Buffer =>
  createHash('sha256').update(`${form} ${name} ${state}`).digest().subarray(0, stampBytes)

/** Appends the stamp and a checksum. At the end they do not change the alignment of the arrays, which are read in place. */
function withEnd(bytes: Buffer, stamp: Buffer): Buffer {
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32LE(crc32(stamp, crc32(bytes)))
  return Buffer.concat([bytes, stamp, sum])
}

/** Returns the bytes without their end. Throws if it is wrong: a damaged file could be read as wrong numbers. */
function checked(file: Buffer, stamp: Buffer): Buffer {
  const stamped = file.subarray(0, -sumBytes)
  if (file.readUInt32LE(stamped.length) !== crc32(stamped)) throw new Error('damaged')
  if (!stamped.subarray(-stampBytes).equals(stamp)) throw new Error('of another state')
  return file.subarray(0, -endBytes)
}

function readStamp(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const stamp = Buffer.alloc(stampBytes)
    readSync(file, stamp, 0, stampBytes, fstatSync(file).size - endBytes)
    return stamp
  } finally {
    closeSync(file)
  }
}
