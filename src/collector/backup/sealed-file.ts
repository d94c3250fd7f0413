import {createHash} from 'node:crypto'
import {appendFileSync, closeSync, openSync, readSync, statSync, writeSync} from 'node:fs'
import {UsageError} from '../../errors.ts'

/**
 * The last line of a backup: the number of bytes before it and their SHA-256. A cut or changed file does not match it.
 * SQLite ignores bytes after its last page.
 */
const sealPattern = /^usage-backup 1 (\d{16}) ([0-9a-f]{64})\n$/
const sealOf = (bytes: number, sha256: string): string =>
  `usage-backup 1 ${String(bytes).padStart(16, '0')} ${sha256}\n`
const sealBytes = sealOf(0, '0'.repeat(64)).length

const chunkBytes = 4 * 1024 * 1024

/** Appends the seal to a file. */
export function seal(path: string): void {
  const bytes = statSync(path).size
  appendFileSync(path, sealOf(bytes, copyBytes(path, bytes, null)))
}

/**
 * Checks the seal of a file, and writes what comes before it to a new file, readable only by its owner. Throws a
 * `UsageError` USAGE_BACKUP_INVALID if the file is not sealed, cut or changed, and errors of the file system.
 *
 * @param target null: only check
 */
export function unseal(path: string, target: string | null): void {
  const found = statSync(path)
  // To open a pipe without a writer would wait for ever.
  if (!found.isFile()) throw new UsageError('USAGE_BACKUP_INVALID', `${path} is not a regular file`)
  const bytes = Math.max(0, found.size - sealBytes)
  const [, stated, sha256] = sealPattern.exec(readTail(path, bytes)) ?? []
  if (Number(stated) !== bytes)
    throw new UsageError('USAGE_BACKUP_INVALID', `${path} does not end like a complete backup`)
  if (copyBytes(path, bytes, target) !== sha256)
    throw new UsageError('USAGE_BACKUP_INVALID', `${path} was changed: its SHA-256 must be ${sha256}`)
}

function readTail(path: string, from: number): string {
  const file = openSync(path, 'r')
  try {
    const tail = Buffer.alloc(sealBytes)
    return tail.toString('latin1', 0, readSync(file, tail, 0, sealBytes, from))
  } finally {
    closeSync(file)
  }
}

/** Reads the first bytes of a file, copies them to a new file, and returns their SHA-256. */
function copyBytes(path: string, bytes: number, target: string | null): string {
  const hash = createHash('sha256')
  const from = openSync(path, 'r')
  const to = target === null ? null : openSync(target, 'wx', 0o600)
  try {
    const chunk = Buffer.alloc(Math.min(chunkBytes, bytes + 1))
    for (let at = 0; at < bytes; ) {
      const count = readSync(from, chunk, 0, Math.min(chunk.length, bytes - at), at)
      if (count === 0) break
      const read = chunk.subarray(0, count)
      hash.update(read)
      if (to !== null) for (let done = 0; done < count; ) done += writeSync(to, read, done)
      at += count
    }
    return hash.digest('hex')
  } finally {
    closeSync(from)
    if (to !== null) closeSync(to)
  }
}
