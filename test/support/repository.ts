import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The absolute path of the repository, without a slash at its end. */
export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')

/** The absolute path of a file in the repository. */
export const repositoryPath = (...parts: string[]): string => join(repositoryRoot, ...parts)

/** All files under a folder, sorted, as paths from the root of the repository with slashes. */
export function filesUnder(folder: string, suffix = ''): string[] {
  return readdirSync(repositoryPath(folder), {withFileTypes: true, recursive: true})
    .filter(entry => entry.isFile() && entry.name.endsWith(suffix))
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(repositoryRoot.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
