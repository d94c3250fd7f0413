import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import type {ProjectFile} from '../../src/protocol/project-file.ts'

/** The Python versions with which the client is tested. */
export const testedPythons: readonly string[] = ['python3']

/** Writes the client of a project into a file. Returns the folder from which it can be imported. */
export function clientOnDisk(directory: string, project: ProjectFile): string {
  const folder = join(directory, 'python')
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'usage_client.py'), makeClient('python', project))
  return folder
}
