import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/**
 * All files under a folder with their content, and all folders: for a check that nothing was written. A link is a name
 * without content: what it points to belongs to somebody else, and may be a whole repository.
 */
export function readTree(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const tree: Record<string, string> = {}
  const walk = (below: string) => {
    for (const entry of readdirSync(join(folder, below), {withFileTypes: true})) {
      const path = join(below, entry.name)
      tree[path] = entry.isFile() ? readFileSync(join(folder, path), 'utf8') : ''
      if (entry.isDirectory()) walk(path)
    }
  }
  walk('')
  return tree
}
