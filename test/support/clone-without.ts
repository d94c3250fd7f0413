import {cpSync, mkdirSync, readdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {repositoryPath} from './repository.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** Makes a clone with the real bin/ and links to all files in dist/ except one. Returns the path of its bin/run.js. */
export function cloneWithout(t: Pick<TestContext, 'after'>, missing: string): string {
  const clone = temporaryDirectory(t)
  cpSync(repositoryPath('bin'), join(clone, 'bin'), {recursive: true})
  for (const name of ['package.json', 'oclif.manifest.json', 'node_modules'])
    symlinkSync(repositoryPath(name), join(clone, name))
  mkdirSync(join(clone, 'dist'))
  for (const name of readdirSync(repositoryPath('dist')).filter(found => found !== missing))
    symlinkSync(repositoryPath('dist', name), join(clone, 'dist', name))
  return join(clone, 'bin', 'run.js')
}
