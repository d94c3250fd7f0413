import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import type {ProjectFile} from '../../src/protocol/project-file.ts'

/** The Pythons that the client is held to. */
export const testedPythons: readonly string[] = ['python3']

/** Keeps the client of a project as a file, as a vendored copy is, and gives the folder to import it from. */
export function clientOnDisk(directory: string, project: ProjectFile): string {
  const folder = join(directory, 'python')
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'usage_client.py'), makeClient('python', project))
  return folder
}
