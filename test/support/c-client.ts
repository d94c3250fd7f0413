import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'

/** Compiled clients of this process, by what they are made of. */
const compiled = new Map<string, string>()
const store = join(tmpdir(), `usage-c-clients-${process.pid}`)
process.once('exit', () => execFileSync('rm', ['-rf', store]))

/** Writes the client of a project and the command that is made of it into a folder, `demo-usage`. Returns the folder. */
export function cClientOnDisk(directory: string, project: ProjectFile, flags: readonly string[] = []): string {
  const folder = join(directory, 'c')
  mkdirSync(folder, {recursive: true})
  const text = makeClient('c', project)
  writeFileSync(join(folder, 'usage_client.h'), text)
  symlinkSync(compile(text, ['-DUSAGE_MAIN', ...flags]), join(folder, `${project.project}-usage`))
  return folder
}

function compile(text: string, flags: readonly string[]): string {
  const key = createHash('sha256')
    .update(JSON.stringify([text, flags]))
    .digest('hex')
  const known = compiled.get(key)
  if (known !== undefined) return known
  mkdirSync(store, {recursive: true})
  const path = join(store, key)
  if (!existsSync(path)) {
    execFileSync('gcc', ['-std=c99', '-x', 'c', ...flags, '-o', `${path}.new`, '-'], {input: text})
    renameSync(`${path}.new`, path)
  }
  compiled.set(key, path)
  return path
}
