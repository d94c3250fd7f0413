import {lchownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/** What lies beside the store and cannot be made again: hashes of tokens, and the secret of old ids. */
export const durableNames = [
  'read-tokens',
  'read-token.sha256',
  'share-links',
  'share-links.json',
  'old-ids.secret',
] as const

/** A file of a data folder. The path is relative to it. Without content it is a folder. */
export interface DurableFile {
  readonly path: string
  readonly content: Uint8Array | null
}

/** The names that a durable file can have: no other path is ever written. */
const pathPattern =
  /^(?:read-tokens|share-links)(?:\/[A-Za-z0-9][\w.-]*)?$|^(?:read-token\.sha256|share-links\.json|old-ids\.secret)$/

/** Reads the durable files of a data folder, folders before what is in them. Throws errors of the file system. */
export function readDurableFiles(dataDirectory: string): DurableFile[] {
  return durableNames.flatMap((name): DurableFile[] => {
    const path = join(dataDirectory, name)
    const found = statSync(path, {throwIfNoEntry: false})
    if (found === undefined) return []
    if (!found.isDirectory()) return [{path: name, content: readFileSync(path)}]
    const inside = readdirSync(path).map(one => `${name}/${one}`)
    const files = inside.filter(one => pathPattern.test(one))
    return [
      {path: name, content: null},
      ...files.map(one => ({path: one, content: readFileSync(join(dataDirectory, one))})),
    ]
  })
}

/** Writes durable files into a new folder, readable only by its owner. Files with other paths are left out. */
export function writeDurableFiles(directory: string, files: readonly DurableFile[]): void {
  for (const {path, content} of files.filter(one => pathPattern.test(one.path))) {
    const target = join(directory, path)
    mkdirSync(content === null ? target : dirname(target), {recursive: true, mode: 0o700})
    if (content !== null) writeFileSync(target, content, {mode: 0o600})
  }
}

/** Gives everything in a folder to the owner of another one, which often is a user of its own. Only root needs it. */
export function giveToOwnerOf(dataDirectory: string, directory: string): void {
  if (process.geteuid?.() !== 0) return
  const {uid, gid} = statSync(dataDirectory)
  for (const name of ['', ...readdirSync(directory, {recursive: true, encoding: 'utf8'})])
    lchownSync(join(directory, name), uid, gid)
}
