import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import {collectionVersion, type ProjectFile} from '../../src/protocol/project/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {type IsolatedHome, isolatedHome} from './isolated-home.ts'
import {projectOnDisk} from './project-on-disk.ts'
import {type RunOptions, runProgram, runUsage} from './run-program.ts'
import {waitingEvents} from './waiting-events.ts'

/** The Python versions with which the client is tested. */
export const testedPythons: readonly string[] = ['python3']

/** Writes the client of a project into a file. Returns the folder from which it can be imported. */
export function clientOnDisk(directory: string, project: ProjectFile): string {
  const folder = join(directory, 'python')
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'usage_client.py'), makeClient('python', project))
  return folder
}

/** A home with a program beside its client, whose job has opted in, and nothing on its PATH that could help. */
export function pythonScene(
  t: TestContext,
  http = 'http://127.0.0.1:9',
  python = 'python3',
  changes: Readonly<Record<string, unknown>> = {},
) {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http, {...changes})
  const folder = clientOnDisk(bare.home, project)
  const said = {
    PATH: '/usr/bin:/bin',
    USAGE_CONSENT: `demo@${collectionVersion(project)}`,
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const home: IsolatedHome = {...bare, environment: {...bare.environment, ...said}}
  const destination = destinationOf(home.stateDirectory, project)
  const usage = async (...args: string[]) => {
    const answer = await runUsage(bare, [...args, '--project-file', path, '--json'])
    return JSON.parse(answer.stdout)
  }
  return {
    bare,
    home,
    path,
    project,
    folder,
    destination,
    usage,
    /** Runs a script that has the client as `usage`. */
    run: (script: string, options: RunOptions = {}) => {
      const file = join(folder, 'job.py')
      writeFileSync(file, `import usage_client as usage\n${script}\n`)
      return runProgram(home, [python, file], options)
    },
    /** Makes the client send what waits, in the foreground. */
    send: (options: RunOptions = {}) => {
      const claim = join(destination.paths.sending, 'python')
      mkdirSync(claim, {recursive: true, mode: 0o700})
      return runProgram(home, [python, '-I', join(folder, 'usage_client.py'), 'send', claim], options)
    },
    events: () => waitingEvents(home.stateDirectory),
    /** What was dropped, by reason: reasons that did not occur are left out. */
    dropped: async (): Promise<Record<string, number>> => {
      const counts: Record<string, number> = (await usage('status')).projects[0].dropped
      return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
    },
  }
}

/** The environment of a job that has not opted in: what is recorded waits. */
export const waits: RunOptions = {environment: {USAGE_CONSENT: ''}}
