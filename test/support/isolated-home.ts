import {mkdirSync, symlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {TestContext} from 'node:test'
import {endProcessesOf} from './end-processes.ts'
import {repositoryPath} from './repository.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** Where a program of an isolated home finds the programs of the system. */
export const systemPath = '/usr/local/bin:/usr/bin:/bin'

/** A person's home in a temporary directory, and the environment that a program of that person sees. */
export interface IsolatedHome {
  readonly home: string
  readonly stateDirectory: string
  readonly configDirectory: string
  /** Nothing of the machine's environment but a PATH, on which `usage` and `usage-reporter` are the real bin/run.js. */
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Makes a home in which nothing was ever counted, removed when the test ends. No CI, no opt-out and no setting of the
 * machine reaches what runs in it.
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
