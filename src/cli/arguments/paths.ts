import {resolve} from 'node:path'

/** The absolute path of a file, or null where the working directory is gone and the path needs it. */
export function absolutePath(path: string): string | null {
  try {
    return resolve(path)
  } catch {
    return null
  }
}
