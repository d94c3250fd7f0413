import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeLibrary} from '../../src/cli/maintain/make-library.ts'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import type {Shell} from '../../src/shell/write-library.ts'
import type {Tool} from './needs.ts'

/** The shells with which the functions are tested, each with its library. */
export const testedShells: readonly {
  readonly name: string
  readonly command: readonly [Tool, ...string[]]
  readonly library: Shell
}[] = [
  {name: 'bash', command: ['bash'], library: 'bash'},
  {name: 'zsh', command: ['zsh', '-f'], library: 'zsh'},
  {name: 'dash', command: ['dash'], library: 'sh'},
  {name: 'busybox sh', command: ['busybox', 'sh'], library: 'sh'},
]

/** Writes the shell functions of a project into a file. Returns its path. */
export function libraryOnDisk(directory: string, shell: Shell, project: ProjectFile): string {
  const path = join(directory, `usage.${shell}`)
  writeFileSync(path, makeLibrary(shell, project))
  return path
}
