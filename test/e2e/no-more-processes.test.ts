import assert from 'node:assert/strict'
import {chmodSync, chownSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it} from 'node:test'
import type {Shell} from '../../src/shell/write-library.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {ofShare} from '../support/share.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** Not dash and busybox: to ask them about functions takes a process. */
const shells: readonly (readonly [command: readonly [Tool, ...string[]], library: Shell | 'client'])[] = [
  [['bash'], 'bash'],
  [['zsh', '-f'], 'zsh'],
  [['ksh93'], 'sh'],
  [['mksh'], 'sh'],
  [['bash'], 'client'],
  [['zsh', '-f'], 'client'],
  [['ksh93'], 'client'],
]

/** No process belongs to this user. Root may start any number. */
const user = 54_321

describe('a user who may start no more processes', {concurrency: 2}, () => {
  for (const [shell, library] of ofShare(shells, 3))
    it(
      `loses no script by ${library === 'client' ? 'the client' : `the functions for ${library}`} in ${shell.join(' ')}`,
      needs(shell[0], 'setpriv', 'prlimit', 'root'),
      async t => {
        const bare = isolatedHome(t)
        const {home, environment} = bare
        const {project} = projectOnDisk(home, 'http://127.0.0.1:9')
        const path = library === 'client' ? shClientOnDisk(home, project) : libraryOnDisk(home, library, project)
        const job = join(home, 'job.sh')
        writeFileSync(job, `. '${path}'\nusage_start 1\nusage_feature Load.v1 Algorithm\nusage_end 0\necho ended\n`)
        const own = join(home, 'own')
        mkdirSync(own)
        chownSync(own, user, user)
        chmodSync(dirname(home), 0o755)
        const run = (most: number) =>
          runProgram(
            {
              ...bare,
              environment: {
                ...environment,
                HOME: own,
                XDG_STATE_HOME: own,
                XDG_CONFIG_HOME: own,
                PATH: '/usr/bin:/bin',
              },
            },
            ['setpriv', '--reuid', String(user), '--clear-groups', 'prlimit', `--nproc=${most}`, ...shell, job],
          )
        const events = () => waitingEvents(join(own, 'usage')).length
        assert.deepEqual([await run(1), events()], [{code: 0, signal: null, stdout: 'ended\n', stderr: ''}, 0])
        const {code, stdout} = await run(100)
        assert.deepEqual([code, stdout, events()], [0, 'ended\n', 3])
      },
    )

  it('loses no program by the client of Python', needs('python3', 'setpriv', 'prlimit', 'root'), async t => {
    const bare = isolatedHome(t)
    const {home, environment} = bare
    const folder = clientOnDisk(home, projectOnDisk(home, 'http://127.0.0.1:9').project)
    chmodSync(dirname(home), 0o755)
    const script =
      'import sys; sys.path.insert(0, sys.argv[1]); import usage_client as u; u.start(); u.end(0); print("ended")'
    const limited = ['setpriv', '--reuid', String(user), '--clear-groups', 'prlimit', '--nproc=1'] as const
    const {code, stdout} = await runProgram({...bare, environment: {...environment, PYTHONDONTWRITEBYTECODE: '1'}}, [
      ...limited,
      'python3',
      '-c',
      script,
      folder,
    ])
    assert.deepEqual([code, stdout], [0, 'ended\n'])
  })
})
