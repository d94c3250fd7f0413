import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {open, stat} from 'node:fs/promises'
import {basename, join} from 'node:path'
import type {DamagedRecord, ImportFormat} from './format.ts'

/** The progress of an import of one file. Counts are events, except `records` and `damaged`. */
export interface ImportProgress {
  /** Records that were read and stored, or counted as damaged. */
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

/** A file in the data folder with the progress of an import. An interrupted import continues from it. */
export interface ImportMark {
  /** Null if no import was interrupted, or the mark cannot be read. */
  read(): ImportProgress | null
  /** Replaces the mark whole. */
  write(progress: ImportProgress): void
  remove(): void
}

/** Bytes at the beginning of a file that identify it together with its size. Its name and folder may change. */
const headBytes = 1024 * 1024

/** The mark of a file for one project and format. Reads the beginning of the file. */
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

/** Removes the marks of all imports for a project. */
export function removeMarksOf(dataDirectory: string, project: string): void {
  const folder = join(dataDirectory, 'imports')
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder).filter(one => one.endsWith('.json')))
    if (projectOf(join(folder, name)) === project) rmSync(join(folder, name), {force: true})
}

function projectOf(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as {readonly project?: unknown} | null)?.project
  } catch {
    return null
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

/** Null for a damaged mark: then the whole file is imported again, and its stored records are duplicates. */
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
