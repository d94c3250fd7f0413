import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {open, stat} from 'node:fs/promises'
import {basename, join} from 'node:path'
import type {DamagedRecord, ImportFormat} from './format.ts'

/** How far an import of one file has come. */
export interface ImportProgress {
  /** Records that are done. */
  readonly records: number
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  readonly damaged: {readonly count: number; readonly listed: readonly DamagedRecord[]}
}

export const noProgress: ImportProgress = {
  records: 0,
  accepted: 0,
  duplicates: 0,
  refused: 0,
  damaged: {count: 0, listed: []},
}

/** A file in the data folder that says how far an import is, so that one that was ended goes on there. */
export interface ImportMark {
  /** Null: not begun, or done. */
  read(): ImportProgress | null
  write(progress: ImportProgress): void
  remove(): void
}

/** Bytes by which a file is known again, with its size: its name and its folder may change. */
const headBytes = 1024 * 1024

export async function markOf(
  path: string,
  {dataDirectory, project, format}: {dataDirectory: string; project: string; format: ImportFormat},
): Promise<ImportMark> {
  const key = createHash('sha256').update(JSON.stringify([project, format, (await stat(path)).size]))
  key.update(await readHead(path))
  const folder = join(dataDirectory, 'imports')
  const file = join(folder, `${key.digest('hex').slice(0, 32)}.json`)
  return {
    read: () => readMark(file),
    write(progress) {
      mkdirSync(folder, {recursive: true, mode: 0o700})
      writeFileSync(`${file}.new`, JSON.stringify({file: basename(path), project, format, ...progress}), {mode: 0o600})
      renameSync(`${file}.new`, file)
    },
    remove: () => rmSync(file, {force: true}),
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** A mark that cannot be read is none: then everything is imported again, which changes nothing. */
function readMark(file: string): ImportProgress | null {
  try {
    const {records, accepted, duplicates, refused, damaged} = JSON.parse(readFileSync(file, 'utf8'))
    const counts = [records, accepted, duplicates, refused, damaged.count]
    return counts.every(Number.isSafeInteger) && Array.isArray(damaged.listed)
      ? {records, accepted, duplicates, refused, damaged}
      : null
  } catch {
    return null
  }
}
