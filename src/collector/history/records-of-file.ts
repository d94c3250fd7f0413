import {createReadStream} from 'node:fs'
import {readFile, stat} from 'node:fs/promises'
import {UsageError} from '../../errors.ts'
import {detectFormat, type ImportFormat} from './format.ts'
import {type FoundRecord, mantidRecords} from './mantid-pages.ts'

/** The most bytes of a line. It bounds the memory for a line that never ends. */
const maxLineBytes = 1024 * 1024
/** The most bytes of a JSON document of several lines. Larger files are read line by line. */
const maxDocumentBytes = 256 * 1024 * 1024

/** A record, and the number of bytes of the file that are read up to its end. */
export interface PlacedRecord {
  readonly record: FoundRecord
  readonly bytesRead: number
}

/** Detects the format of a file from its first line. Rejects with a `UsageError` USAGE_IMPORT_UNREADABLE. */
export async function detectFormatOfFile(path: string): Promise<ImportFormat> {
  for await (const {record} of readLines(path)) {
    if ('problem' in record || record.text.trim() === '') continue
    const format = detectFormat(record.text)
    if (format !== null) return format
    break
  }
  throw unreadable(`${path} must be a log of Parsl, pages of Mantid or an export`)
}

/**
 * Reads the records of a file from its beginning. The iteration rejects with a `UsageError` USAGE_IMPORT_UNREADABLE.
 */
export function recordsOfFile(path: string, format: ImportFormat): AsyncIterable<PlacedRecord> {
  return format === 'mantid' ? readPages(path) : readLines(path)
}

async function* readLines(path: string): AsyncGenerator<PlacedRecord> {
  let parts: Buffer[] = []
  let length = 0
  let line = 0
  let bytesRead = 0
  const take = (): PlacedRecord => {
    line++
    const record =
      length > maxLineBytes
        ? {line, problem: `must be a line of at most ${maxLineBytes} bytes`}
        : {line, ...readText(Buffer.concat(parts))}
    parts = []
    length = 0
    return {record, bytesRead}
  }
  const add = (part: Buffer): void => {
    length += part.length
    bytesRead += part.length
    if (length <= maxLineBytes) parts.push(part)
    else parts = []
  }
  for await (const chunk of readChunks(path)) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, end))
      bytesRead++
      yield take()
      from = end + 1
    }
    add(chunk.subarray(from))
  }
  if (length > 0) yield take()
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>
  } catch (error) {
    throw unreadable(`cannot read ${path}: ${error instanceof Error ? error.message : error}`, error)
  }
}

function readText(bytes: Uint8Array): {readonly text: string} | {readonly problem: string} {
  try {
    return {text: new TextDecoder('utf-8', {fatal: true}).decode(bytes)}
  } catch {
    return {problem: 'must be UTF-8'}
  }
}

/** Reads a file that is one formatted JSON document, or a file with a page on each line, as the API sends it. */
async function* readPages(path: string): AsyncGenerator<PlacedRecord> {
  const seen = new Map<string, number>()
  const whole = await readDocument(path)
  if (whole !== undefined) {
    const records = mantidRecords(whole.value, 0, seen)
    for (const [index, record] of records.entries())
      yield {record, bytesRead: Math.round((whole.bytes * (index + 1)) / records.length)}
    return
  }
  let results = 0
  for await (const {record, bytesRead} of readLines(path)) {
    if (!('problem' in record) && record.text.trim() === '') continue
    const page = 'problem' in record ? record : parsePage(record.text)
    const problem = 'problem' in page ? {line: results + 1, problem: page.problem} : null
    const records = 'problem' in page ? [] : mantidRecords(page.value, results, seen)
    for (const found of problem === null ? records : [problem]) yield {record: found, bytesRead}
    results += problem === null ? records.length : 1
  }
}

function parsePage(text: string): {readonly value: unknown} | {readonly problem: string} {
  try {
    return {value: JSON.parse(text)}
  } catch {
    return {problem: 'must be a JSON page'}
  }
}

async function readDocument(path: string): Promise<{readonly value: unknown; readonly bytes: number} | undefined> {
  try {
    if ((await stat(path)).size > maxDocumentBytes) return undefined
    const content = await readFile(path)
    return {value: JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(content)), bytes: content.length}
  } catch {
    return undefined
  }
}

const unreadable = (message: string, cause?: unknown): UsageError =>
  new UsageError('USAGE_IMPORT_UNREADABLE', message, {cause})
