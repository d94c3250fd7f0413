import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  linkSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {basename, dirname, sep} from 'node:path'

/** Folders are for the person alone. */
export const directoryMode = 0o700
/** So are files. */
export const fileMode = 0o600

/** The path of something in a folder, whose own path is plain: `join` reads each of them through, letter by letter. */
export const inside = (folder: string, ...names: readonly string[]): string => [folder, ...names].join(sep)

/**
 * Makes a folder and those above it, for the person alone, whatever the umask. Throws what the file system throws.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, {mode: directoryMode})
  } catch (error) {
    if (isCode(error, 'EEXIST') && statSync(path).isDirectory()) return
    if (!isCode(error, 'ENOENT') || dirname(path) === path) throw error
    makeDirectory(dirname(path))
    makeDirectory(path)
    return
  }
  if ((statSync(path).mode & directoryMode) !== directoryMode) chmodSync(path, directoryMode)
}

/** Writes a file for the person alone, whatever the umask. */
function writePrivately(path: string, content: string, options: {flag?: string; flush?: boolean} = {}): void {
  const file = openSync(path, options.flag ?? 'w', fileMode)
  try {
    if ((fstatSync(file).mode & fileMode) !== fileMode) fchmodSync(file, fileMode)
    writeFileSync(file, content, {flush: options.flush ?? false})
  } finally {
    closeSync(file)
  }
}

/**
 * Writes a file so that a reader sees all of it or none: under a temporary name beside it, then renamed. Holds on NFS.
 * Makes the folder when it is missing. Not fsynced: a crash of the host loses nothing, a power cut may lose it.
 */
export function writeFileAtomically(path: string, content: string, beforeRename?: () => void): void {
  const temporary = temporaryBeside(path)
  try {
    writePrivately(temporary, content)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw removing(temporary, error)
    makeDirectory(dirname(path))
    writePrivately(temporary, content)
  }
  try {
    beforeRename?.()
    renameSync(temporary, path)
  } catch (error) {
    throw removing(temporary, error)
  }
}

/** A name that no other process takes, on any host or in any container that shares the folder. */
function temporaryBeside(path: string): string {
  return inside(dirname(path), `.${basename(path)}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`)
}

function removing(temporary: string, error: unknown): unknown {
  rmSync(temporary, {force: true})
  return error
}

/** Makes a file that must not exist yet. False: somebody else was first. Throws on any other failure. */
export function createExclusively(path: string, content: string): boolean {
  try {
    writePrivately(path, content, {flag: 'wx'})
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    // A full disk: the file was made, its content was not.
    throw removing(path, error)
  }
}

/**
 * Makes a file with all its content at once, unless it exists: written under a temporary name, then linked.
 * False: somebody else was first, and their content stands.
 */
export function createWhole(path: string, content: string): boolean {
  const temporary = temporaryBeside(path)
  try {
    writePrivately(temporary, content, {flush: true})
    linkSync(temporary, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')) throw error
    // A file system without hard links: another process may see it unfinished for an instant.
    return createExclusively(path, content)
  } finally {
    rmSync(temporary, {force: true})
  }
}

/** More bytes than any file of ours has. */
const maxFileBytes = 16 * 1024 * 1024

/**
 * The text of a plain file of at most 16 MiB. Throws errors of the file system, and for everything else that a path can lead
 * to: to read a FIFO waits for a writer, to read a device may never end.
 */
export function readPlainFile(path: string): string {
  const file = statSync(path, {throwIfNoEntry: false})
  if (file !== undefined && !file.isFile()) throw new Error(`${path} must be a plain file`)
  if (file !== undefined && file.size > maxFileBytes) throw new Error(`${path} must have at most ${maxFileBytes} bytes`)
  return readFileSync(path, 'utf8')
}

/** The text of a file, or null when there is none. Throws when it is there, or what should hold it is not a folder. */
export function readIfPresent(path: string): string | null {
  try {
    return readPlainFile(path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** The JSON of a file, or null when it is missing, unreadable or not JSON: for files whose loss does no harm. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readPlainFile(path))
  } catch {
    return null
  }
}

/** When a file or folder was changed last, Unix milliseconds, or null when there is none. */
export function modifiedAt(path: string): number | null {
  return statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? null
}

/** Bytes of a folder whose names are all read: about a thousand entries, for a tenth of the time that Node.js needs to load `opendir`. */
const smallFolderBytes = 64 * 1024

/**
 * Whether a folder has at least so many entries; reads hardly more than that from a large one, so that the cost does not
 * grow. Temporary names, which begin with a dot, do not count.
 */
export function hasEntries(path: string, atLeast: number): boolean {
  try {
    if (statSync(path).size <= smallFolderBytes)
      return readdirSync(path).filter(name => !name.startsWith('.')).length >= atLeast
    const directory = opendirSync(path)
    try {
      for (let found = 0; found < atLeast; ) {
        const entry = directory.readSync()
        if (entry === null) return false
        if (!entry.name.startsWith('.')) found++
      }
      return true
    } finally {
      directory.closeSync()
    }
  } catch {
    return false
  }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
