import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeClient} from '../../src/cli/embedded-client.ts'
import type {ProjectFile} from '../../src/protocol/project-file.ts'

/** The Pythons of this machine that the client is held to: the usual one, and the oldest that it promises, if it is here. */
export const testedPythons: readonly string[] = [
  'python3',
  ...['/root/.pyenv/versions/3.6.15/bin/python3', '/usr/bin/python3.6'].filter(path => existsSync(path)).slice(0, 1),
]

/** Keeps the client of a project as a file, as a vendored copy is, and gives the folder to import it from. */
export function clientOnDisk(directory: string, project: ProjectFile): string {
  const folder = join(directory, 'python')
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'usage_client.py'), makeClient('python', project))
  return folder
}
