import {randomBytes} from 'node:crypto'
import {
  closeSync,
  fchownSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../../errors.ts'
import {nextStepFor} from './next-step.ts'

/**
 * A folder of small files in a data folder: one file for each secret. Two commands at the same time change different
 * files or replace one file whole, so no change is lost and no lock is needed. Folder and files are readable only by
 * the owner of the data folder, also if root changes them.
 */
export interface SecretFolder {
  /** Names of the files. Empty if there is no folder. */
  list(): string[]
  /** The content of a file. Null if it is missing. */
  read(name: string): string | null
  /** Creates or replaces a file. */
  write(name: string, content: string): void
  /** Removes a file. False if it is missing. */
  remove(name: string): boolean
  /** Creates the folder. False if it exists. */
  create(): boolean
}

/** All functions throw a `UsageError` USAGE_STORE_UNREADABLE. Names that begin with a dot are temporary files. */
export function secretFolder(dataDirectory: string, folder: string): SecretFolder {
  const directory = join(dataDirectory, folder)
  const create = (): boolean => {
    const isNew = mkdirSync(directory, {recursive: true, mode: 0o700}) !== undefined
    if (isNew) giveToOwner(dataDirectory, (user, group) => lchownSync(directory, user, group))
    return isNew
  }
  return {
    create: () => orUnreadable(directory, create),
    list: () =>
      orUnreadable(directory, () => (orMissing(() => readdirSync(directory)) ?? []).filter(name => !isTemporary(name))),
    read: name =>
      orUnreadable(join(directory, name), () => orMissing(() => readFileSync(join(directory, name), 'utf8'))),
    write: (name, content) =>
      orUnreadable(join(directory, name), () => {
        create()
        writeWhole(dataDirectory, join(directory, name), join(directory, `.${randomBytes(8).toString('hex')}`), content)
      }),
    remove: name => orUnreadable(join(directory, name), () => orMissing(() => rmSync(join(directory, name))) !== null),
  }
}

const isTemporary = (name: string): boolean => name.startsWith('.')

function writeWhole(dataDirectory: string, path: string, temporary: string, content: string): void {
  const file = openSync(temporary, 'wx', 0o600)
  try {
    writeFileSync(file, content)
    giveToOwner(dataDirectory, (user, group) => fchownSync(file, user, group))
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, {force: true})
    throw error
  } finally {
    closeSync(file)
  }
}

/** The collector, which often runs as a user of its own, must be able to read what root writes. */
function giveToOwner(dataDirectory: string, give: (user: number, group: number) => void): void {
  if (process.geteuid?.() !== 0) return
  const {uid, gid} = statSync(dataDirectory)
  give(uid, gid)
}

function orMissing<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function orUnreadable<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_STORE_UNREADABLE', `cannot read or change ${path}: ${came}`, {
      cause: error,
      next: 'Run the command as the user of the collector, and check the permissions of its data folder.',
      ...nextStepFor(came),
    })
  }
}
