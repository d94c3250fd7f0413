import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import type {Tool} from './needs.ts'

/** The shells with which the shell client is tested. */
export const clientShells: readonly {readonly name: string; readonly command: readonly [Tool, ...string[]]}[] = [
  {name: 'bash', command: ['bash']},
  {name: 'dash', command: ['dash']},
  {name: 'busybox sh', command: ['busybox', 'sh']},
  {name: 'zsh as sh', command: ['zsh', '--emulate', 'sh']},
]

/** Writes the client of a project into a file. Returns its path. */
export function shClientOnDisk(directory: string, project: ProjectFile): string {
  const folder = join(directory, 'sh')
  mkdirSync(folder, {recursive: true})
  const path = join(folder, 'usage.sh')
  writeFileSync(path, makeClient('sh', project))
  return path
}
