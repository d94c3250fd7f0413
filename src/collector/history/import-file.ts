/**
 * Room `history`: import of old data, and export of a project.
 *
 * Imports read the log of Parsl's server, Mantid's API pages and the lines that `usage export` writes. Records are
 * idempotent by their ids, and a mark stores how far a file was read, so an import that was killed continues where it
 * stopped. Damaged records are counted and listed. Records are written to a free store, or sent to the collector that
 * holds it.
 * Read next: `records-of-file.ts` for the formats, `export-lines.ts`.
 */
import {stat} from 'node:fs/promises'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {OnReading} from '../store/store.ts'
import type {DamagedRecord, ImportFormat, ImportRecord} from './format.ts'
import {type ImportMark, type ImportProgress, markOf, noProgress} from './import-mark.ts'
import {detectFormatOfFile, recordsOfFile} from './records-of-file.ts'
import type {StoredCounts} from './store-records.ts'

/** Stores records: in a store that no other process writes, or by the collector that writes it. */
export interface ImportTarget {
  readonly project: ProjectFile
  readonly dataDirectory: string
  /** How much is stored together. */
  readonly chunk: ChunkRules
  /** @param atMs the time of records that have none, Unix milliseconds */
  store(format: ImportFormat, records: readonly ImportRecord[], atMs: number): Promise<StoredCounts>
  /** Prepares the store for answers. A running collector does so by itself. */
  prepare(onPrepared: OnReading): Promise<void>
  close(): Promise<void>
}

export interface ImportOptions {
  /** Null: detected from the first line. */
  readonly format: ImportFormat | null
  /** Unix milliseconds. */
  readonly atMs: number
  readonly onProgress: (progress: {
    readonly bytesRead: number
    readonly bytes: number
    readonly records: number
  }) => void
}

/** The result of importing one file. All counts are events, except `records` and `damaged`. */
export interface FileImport extends ImportProgress {
  readonly file: string
  readonly format: ImportFormat
  /** Records that an earlier, interrupted import of the same file stored; null: there was none. */
  readonly resumedAfter: number | null
}

/** The most damaged records that are listed. All are counted. */
const maxListed = 1_000
/** The most records and bytes of text that are stored together. */
export interface ChunkRules {
  readonly maxRecords: number
  readonly maxBytes: number
}

/** For one transaction or request. As JSON, a byte may become several. */
export const smallChunk: ChunkRules = {maxRecords: 1_000, maxBytes: 128 * 1024}

/**
 * Imports one file. All counted records are on disk, and a mark stores how far the import is. If it is interrupted at
 * any step, the next import of the same file continues from the mark. Records that are written twice are duplicates by
 * their id. Rejects with a `UsageError` USAGE_IMPORT_UNREADABLE, or with the error of the target.
 */
export async function importFile(path: string, target: ImportTarget, options: ImportOptions): Promise<FileImport> {
  const {size: bytes} = await statOf(path)
  const format = options.format ?? (await detectFormatOfFile(path))
  const mark = await markOf(path, {...target, project: target.project.project, format})
  const known = mark.read()
  const chunk = new Chunk(target, format, options.atMs, mark, known ?? noProgress)
  let passed = 0
  for await (const {record, bytesRead} of recordsOfFile(path, format)) {
    if (++passed <= (known?.records ?? 0)) continue
    chunk.add(record)
    if (!chunk.isFull) continue
    await chunk.flush()
    options.onProgress({bytesRead, bytes, records: passed})
  }
  await chunk.flush()
  options.onProgress({bytesRead: bytes, bytes, records: passed})
  mark.remove()
  return {file: path, format, ...chunk.progress, resumedAfter: known?.records ?? null}
}

async function statOf(path: string) {
  try {
    const found = await stat(path)
    if (found.isFile()) return found
    throw new Error('no file')
  } catch (error) {
    const message = `cannot read ${path}: ${error instanceof Error ? error.message : error}`
    throw new UsageError('USAGE_IMPORT_UNREADABLE', message, {cause: error})
  }
}

/** Collects records that are written together, and counts the results since the start of the import. */
class Chunk {
  progress: ImportProgress
  private readonly target: ImportTarget
  private readonly format: ImportFormat
  private readonly atMs: number
  private readonly mark: ImportMark
  private records: ImportRecord[] = []
  private damaged: DamagedRecord[] = []
  private bytes = 0

  constructor(target: ImportTarget, format: ImportFormat, atMs: number, mark: ImportMark, progress: ImportProgress) {
    this.target = target
    this.format = format
    this.atMs = atMs
    this.mark = mark
    this.progress = progress
  }

  get isFull(): boolean {
    return (
      this.bytes >= this.target.chunk.maxBytes ||
      this.records.length + this.damaged.length >= this.target.chunk.maxRecords
    )
  }

  add(record: ImportRecord | {readonly line: number; readonly problem: string}): void {
    if ('problem' in record) this.damaged.push({line: record.line, message: record.problem})
    else {
      this.records.push(record)
      this.bytes += record.text.length
    }
  }

  async flush(): Promise<void> {
    const added = this.records.length + this.damaged.length
    if (added === 0) return
    const {target, format, records, atMs, progress} = this
    const counts = records.length === 0 ? null : await target.store(format, records, atMs)
    const damaged = [...this.damaged, ...(counts?.damaged ?? [])].sort((a, b) => a.line - b.line)
    this.progress = {
      records: progress.records + added,
      accepted: progress.accepted + (counts?.accepted ?? 0),
      duplicates: progress.duplicates + (counts?.duplicates ?? 0),
      refused: progress.refused + (counts?.refused ?? 0),
      damaged: {
        count: progress.damaged.count + damaged.length,
        listed: [...progress.damaged.listed, ...damaged].slice(0, maxListed),
      },
    }
    this.mark.write(this.progress)
    this.records = []
    this.damaged = []
    this.bytes = 0
  }
}
