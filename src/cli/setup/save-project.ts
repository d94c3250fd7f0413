import {closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {UsageError} from '../../errors.ts'
import {isCode} from '../../reporter/world/files.ts'

/** Throws USAGE_PROJECT_FILE_EXISTS if there is a file that must not be replaced. */
export function requireAbsent(path: string, mayReplace: boolean): void {
  if (existsSync(path) && !mayReplace) throw exists(path)
}

/**
 * Writes a project file that everybody may read, whole or not at all. Throws USAGE_PROJECT_FILE_EXISTS for a file that
 * must not be replaced, also one that was written meanwhile, and USAGE_OUTPUT_UNWRITABLE.
 */
export function saveProject(path: string, text: string, mayReplace: boolean): void {
  const temporary = `${path}.${process.pid}.tmp`
  let isClaimed = false
  try {
    if (!mayReplace) closeSync(openSync(path, 'wx'))
    isClaimed = !mayReplace
    writeFileSync(temporary, text, {flag: 'wx'})
    renameSync(temporary, path)
  } catch (error) {
    if (!isClaimed && isCode(error, 'EEXIST')) throw exists(path)
    for (const file of isClaimed ? [temporary, path] : [temporary]) rmSync(file, {force: true})
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_OUTPUT_UNWRITABLE', `cannot write the project file: ${came}`, {cause: error})
  }
}

const exists = (path: string): UsageError => new UsageError('USAGE_PROJECT_FILE_EXISTS', `${path} exists already`)
