import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
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
import {join} from 'node:path'
import {UsageError} from '../../errors.ts'
import {type Inbox, type InboxFile, inboxNamePattern} from '../../protocol/report/inbox.ts'
import {limits} from '../../protocol/values/limits.ts'

/** The subfolder for reports that can never be delivered. */
const asideName = 'set-aside'
/** The most reports in it. Beyond it, the oldest are removed. */
const maxSetAside = 1_000
/** The most directory entries to read at a time, including temporary and unrelated files. */
const maxLooked = 100_000

/**
 * Opens a folder of reports that untrusted users may write. Links are not followed. Files that are not regular or too
 * large count as damaged. Throws `USAGE_INBOX_UNREADABLE` if the folder cannot be read.
 */
export function openInbox(path: string): Inbox {
  try {
    if (!statSync(path).isDirectory()) throw new Error('it is not a folder')
    opendirSync(path).closeSync()
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_INBOX_UNREADABLE', `cannot read the folder ${path}: ${came}`, {cause: error})
  }
  return {
    list: atMost => listReports(path, atMost),
    read: name => readReport(join(path, name)),
    remove: name => rmSync(join(path, name), {force: true}),
    setAside: (name, why) => setAside(path, name, why),
  }
}

function listReports(path: string, atMost: number): string[] {
  const names: string[] = []
  const folder = opendirSync(path)
  try {
    for (let looked = 0; looked < maxLooked; looked++) {
      const entry = folder.readSync()
      if (entry === null) break
      if (inboxNamePattern.test(entry.name)) names.push(entry.name)
    }
  } finally {
    folder.closeSync()
  }
  return names.sort().slice(0, atMost)
}

function readReport(path: string): InboxFile {
  let file: number
  try {
    // Opening a pipe could block, and a link may point to a file that only this process can read.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ELOOP' || code === 'ENXIO') return {kind: 'damaged', why: 'it is not a regular file'}
    return {kind: code === 'ENOENT' ? 'gone' : 'unreadable'}
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile()) return {kind: 'damaged', why: 'it is not a regular file'}
    if (found.size > limits.maxBodyBytes)
      return {kind: 'damaged', why: `must have at most ${limits.maxBodyBytes} bytes, got ${found.size}`}
    return {kind: 'report', body: readFileSync(file, 'utf8')}
  } catch {
    return {kind: 'unreadable'}
  } finally {
    closeSync(file)
  }
}

/** Rejects a subfolder that is a link or belongs to another user. Throws errors of the file system. */
function setAside(path: string, name: string, why: string): void {
  const aside = join(path, asideName)
  mkdirSync(aside, {recursive: true, mode: 0o700})
  const found = lstatSync(aside)
  const user = process.geteuid?.()
  if (!found.isDirectory() || (user !== undefined && found.uid !== user))
    throw new Error(`${aside} must be a folder of this user`)
  writeFileSync(join(aside, `${name}.why`), `${why}\n`, {mode: 0o600})
  renameSync(join(path, name), join(aside, name))
  bound(aside)
}

function bound(aside: string): void {
  const kept = readdirSync(aside).filter(name => name.endsWith('.json'))
  if (kept.length <= maxSetAside) return
  const byAge = kept.map(name => ({name, at: lstatSync(join(aside, name)).ctimeMs})).sort((a, b) => a.at - b.at)
  for (const {name} of byAge.slice(0, kept.length - maxSetAside))
    for (const one of [name, `${name}.why`]) rmSync(join(aside, one), {force: true, recursive: true})
}
