import {closeSync, fsyncSync, openSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

/** Writes a file, or the names in a folder, from memory to the disk. */
export function syncFolder(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Writes a folder and everything in it to the disk. */
export function syncTree(folder: string): void {
  for (const name of readdirSync(folder, {recursive: true, encoding: 'utf8'})) syncFolder(join(folder, name))
  syncFolder(folder)
}
