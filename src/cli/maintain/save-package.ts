import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {PackageFile} from '../../embed/write-package.ts'
import {UsageError} from '../../errors.ts'

/**
 * Writes the files of a package into a folder, which is made if it is missing, each whole or not at all. Files that the
 * project edits are kept. Returns the paths of the written files. Throws USAGE_WRONG_USE, before it writes anything, if
 * a file there was not made by `usage embed`, and USAGE_OUTPUT_UNWRITABLE.
 */
export function savePackage(folder: string, files: readonly PackageFile[]): readonly string[] {
  const placed = files.map(file => ({...file, path: join(folder, file.path)}))
  const written = placed.filter(({path, isEdited}) => !(isEdited && existsSync(path)))
  try {
    for (const {path, text} of written) requireOwn(path, text)
    for (const {path, text} of written) save(path, text)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_OUTPUT_UNWRITABLE', `cannot write the package: ${came}`, {cause: error})
  }
  return written.map(({path}) => path)
}

function requireOwn(path: string, text: string): void {
  if (!existsSync(path)) return
  const found = readFileSync(path, 'utf8')
  if (found === text || found.includes('Made by `usage embed')) return
  throw new UsageError('USAGE_WRONG_USE', `--package: ${path} was not made by usage embed`, {
    next: 'Choose another folder, or remove the file.',
  })
}

function save(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  mkdirSync(dirname(path), {recursive: true})
  try {
    writeFileSync(temporary, text, {flag: 'wx'})
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, {force: true})
    throw error
  }
}
