import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeLibrary} from '../../src/cli/maintain/make-library.ts'
import type {ProjectFile} from '../../src/protocol/project-file.ts'
import type {Shell} from '../../src/shell/write-library.ts'
import type {Tool} from './needs.ts'

/** The shells that the functions are held to, each with the library that is made for it. */
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

/** Keeps the functions of a project as a file, as a vendored copy is, and gives its path. */
export function libraryOnDisk(directory: string, shell: Shell, project: ProjectFile): string {
  const path = join(directory, `usage.${shell}`)
  writeFileSync(path, makeLibrary(shell, project))
  return path
}
