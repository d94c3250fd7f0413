import {mkdirSync, symlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {TestContext} from 'node:test'
import {endProcessesOf} from './end-processes.ts'
import {repositoryPath} from './repository.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** The PATH of system programs in an isolated home. */
export const systemPath = '/usr/local/bin:/usr/bin:/bin'

/** A home in a temporary directory, and the environment of programs that run in it. */
export interface IsolatedHome {
  readonly home: string
  readonly stateDirectory: string
  readonly configDirectory: string
  /** Nothing of the real environment. On its PATH, `usage` and `usage-reporter` are the real bin/run.js. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Makes a new home, which is removed when the test ends. CI variables, opt-outs and settings of the real home have no
 * effect in it.
 */
export function isolatedHome(
  t: Pick<TestContext, 'after'>,
  environment: Readonly<Record<string, string>> = {},
): IsolatedHome {
  const directory = temporaryDirectory(t, endProcessesOf)
  const home = join(directory, 'home')
  const programs = join(directory, 'programs')
  for (const path of [home, programs]) mkdirSync(path)
  for (const name of ['usage', 'usage-reporter']) symlinkSync(repositoryPath('bin', 'run.js'), join(programs, name))
  const state = join(home, '.state')
  const config = join(home, '.settings')
  return {
    home,
    stateDirectory: join(state, 'usage'),
    configDirectory: join(config, 'usage'),
    environment: {
      HOME: home,
      XDG_STATE_HOME: state,
      XDG_CONFIG_HOME: config,
      PATH: [programs, dirname(process.execPath), systemPath].join(':'),
      TMPDIR: directory,
      LANG: 'C.UTF-8',
      ...environment,
    },
  }
}
