import {existsSync, lstatSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** All files under a folder with their content, and all folders: for a check that nothing was written. */
export function readTree(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const tree: Record<string, string> = {}
  for (const path of readdirSync(folder, {recursive: true, encoding: 'utf8'}).sort()) {
    const full = join(folder, path)
    tree[path] = lstatSync(full).isFile() ? readFileSync(full, 'utf8') : ''
  }
  return tree
}
