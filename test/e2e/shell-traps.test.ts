import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import type {Shell} from '../../src/shell/write-library.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram} from '../support/run-program.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** Each shell with the library that works in it. */
const pairs: readonly (readonly [command: readonly [Tool, ...string[]], library: Shell])[] = [
  [['bash'], 'bash'],
  [['bash'], 'sh'],
  [['zsh', '-f'], 'zsh'],
  [['dash'], 'sh'],
  [['busybox', 'sh'], 'sh'],
  [['ksh93'], 'sh'],
  [['mksh'], 'sh'],
]

/** A home with libraries, in which a shell runs a script that has sourced one of them. */
function makeScene(t: TestContext, shell: readonly [string, ...string[]], library: Shell) {
  const bare = isolatedHome(t)
  const {project} = projectOnDisk(bare.home, 'http://127.0.0.1:9')
  const file = join(bare.home, 'job.sh')
  const path = libraryOnDisk(bare.home, library, project)
  const environment = {...bare.environment, PATH: '/usr/bin:/bin', USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const home = {...bare, environment}
  const run = (body: string, before = '', options = {}) => {
    writeFileSync(file, `${before}\n. '${path}'\n${body}\n`)
    return runProgram(home, [...shell, file], options)
  }
  /** Runs the script in a terminal in which somebody types Ctrl-C where the script says TYPE. */
  const runInTerminal = (body: string) => {
    writeFileSync(file, `. '${path}'\n${body.replace('TYPE', 'printf "\\003" >"$HOME/keys"')}\n`)
    const command = `mkfifo keys; exec 3<>keys; script -qec 'exec ${shell.join(' ')} ${file}' /dev/null <keys`
    return runProgram(home, ['sh', '-c', command])
  }
  const types = () => waitingEvents(bare.stateDirectory).map(event => event.type)
  const ends = () =>
    waitingEvents(bare.stateDirectory).flatMap(event => (event.type === 'end' ? [event.signal ?? event.exitCode] : []))
  return {home, path, run, runInTerminal, types, ends}
}

for (const [shell, library] of ofShare(pairs, 4))
  describe(`usage_trap of the library for ${library} in ${shell[0]}`, {concurrency: 2}, () => {
    const [tool] = shell
    it('records the exit code, the features and no more', needs(tool), async t => {
      const {run, types, ends} = makeScene(t, shell, library)
      const outcome = await run(
        'usage_start 1.4.0\nusage_trap\nusage_feature Load.v1 Algorithm\nsh -c "exit 9"\nexit 3',
      )
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, '', ''])
      assert.deepEqual([types().sort(), ends()], [['end', 'feature', 'start'], [3]])
    })

    it('records the signal that kills the script and its group, and the script dies of it', needs(tool), async t => {
      for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1'] as const) {
        const {run, ends} = makeScene(t, shell, library)
        const options = {isGroupLeader: true, onOutput: (_text: string, pid: number) => process.kill(-pid, signal)}
        const body = `sh -c 'echo ready; exec sleep 30'\necho never`
        const bare = await run(body, '', options)
        const outcome = await run(`usage_start\nusage_trap\n${body}`, '', options)
        assert.deepEqual([outcome.code, outcome.signal, outcome.stdout], [bare.code, bare.signal, 'ready\n'])
        assert.deepEqual(ends(), [signal])
      }
    })

    it('records Ctrl-C in a terminal', needs(tool, 'script'), async t => {
      const {runInTerminal, ends} = makeScene(t, shell, library)
      const outcome = await runInTerminal(`usage_start\nusage_trap\nsh -c 'TYPE; exec sleep 30'\necho never`)
      assert.deepEqual([outcome.code, outcome.stdout.includes('never')], [130, false], outcome.stdout)
      assert.deepEqual(ends(), ['SIGINT'])
    })
  })

describe('usage_trap in bash', () => {
  for (const library of ofShare(['bash', 'sh'] as const, 2)) {
    it(
      `goes on after a program that handles Ctrl-C itself, as bash does: ${library}`,
      needs('bash', 'script'),
      async t => {
        const {runInTerminal, ends} = makeScene(t, ['bash'], library)
        const program = `sh -c 'trap "exit 0" INT; TYPE; while :; do :; done'`
        const outcome = await runInTerminal(`usage_start\nusage_trap\n${program}\necho went on\nexit 4`)
        assert.deepEqual([outcome.code, outcome.stdout.includes('went on'), ends()], [4, true, [4]], outcome.stdout)
      },
    )

    it(`dies of Ctrl-C between programs: ${library}`, needs('bash', 'script'), async t => {
      const {runInTerminal, ends} = makeScene(t, ['bash'], library)
      const outcome = await runInTerminal('usage_start\nusage_trap\nTYPE\nwhile :; do :; done')
      assert.deepEqual([outcome.code, ends()], [130, ['SIGINT']], outcome.stdout)
    })
  }
})

describe('a library in a shell that it is not for', {concurrency: 2}, () => {
  const wrong: readonly (readonly [readonly [Tool, ...string[]], Shell])[] = [
    [['zsh', '-f'], 'bash'],
    [['zsh', '-f'], 'sh'],
    [['dash'], 'bash'],
    [['dash'], 'zsh'],
    [['busybox', 'sh'], 'bash'],
    [['bash'], 'zsh'],
    [['ksh93'], 'bash'],
    [['mksh'], 'zsh'],
  ]
  for (const [shell, library] of ofShare(wrong, 3))
    it(`refuses in one line and records nothing: ${library} in ${shell[0]}`, needs(shell[0]), async t => {
      const spoof = {environment: {BASH_VERSION: '5.2', ZSH_VERSION: '5.9', KSH_VERSION: '93'}}
      for (const options of [{}, spoof]) {
        const {run, types} = makeScene(t, shell, library)
        const body = 'usage_start\nusage_trap\nusage_feature A\nusage_end 0\necho on\nexit 3'
        const outcome = await run(body, 'set -eu', options)
        assert.deepEqual([outcome.code, outcome.stdout, types()], [3, 'on\n', []], outcome.stderr)
        assert.match(outcome.stderr, /^usage: this file is for [^\n]*\n$/)
      }
    })
})

describe('a library in a script of its own ways', {concurrency: 2}, () => {
  const aRun = 'usage_start\nusage_trap\nusage_feature A'
  for (const [shell, library] of ofShare(pairs, 4)) {
    it(`exports nothing of its own under set -a: ${library} in ${shell[0]}`, needs(shell[0]), async t => {
      const {run, ends} = makeScene(t, shell, library)
      const outcome = await run(
        `${aRun}\n. "$HOME/usage.${library}"\nenv | grep -i _usage_\ncase $- in *a*) echo on ;; esac\nexit 3`,
        'set -a',
      )
      assert.deepEqual([outcome.code, outcome.stdout, ends()], [3, 'on\n', [3]], outcome.stderr)
    })

    it(`lives on where no file may be written: ${library} in ${shell[0]}`, needs(shell[0]), async t => {
      for (const blocks of [0, 1]) {
        const {run} = makeScene(t, shell, library)
        for (const [before, body] of [
          [`ulimit -f ${blocks}`, aRun],
          ['', `usage_start\nulimit -f ${blocks}\nusage_trap\nusage_feature A\nusage_end 3`],
        ] as const) {
          const outcome = await run(`${body}\necho on\nexit 3`, before)
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, 'on\n', ''])
        }
      }
    })

    it(`lives on beside functions with names of builtins: ${library} in ${shell[0]}`, needs(shell[0]), async t => {
      for (const name of ['read', 'printf', 'command', 'umask', 'kill', ...(library === 'bash' ? [':', 'eval'] : [])])
        for (const isLater of [false, true]) {
          const {run, types} = makeScene(t, shell, library)
          const own = `${name}() { echo mine; exit 9; }`
          const outcome = await run(`${isLater ? own : ''}\n${aRun}\nusage_end 3\necho on`, isLater ? '' : own)
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr, types()], [0, 'on\n', '', []], name)
        }
    })
  }

  itOnce('prints nothing by a DEBUG trap that functions inherit', needs('bash'), async t => {
    const {run, ends} = makeScene(t, ['bash'], 'bash')
    const debug = `set -T\ntrap 'echo "[$BASH_COMMAND]"' DEBUG`
    const outcome = await run(`usage_start\nusage_trap\nusage_feature A\nexit 3`, debug)
    // bash itself tells of a call twice, and of the text of the EXIT trap.
    const seen = new Set(outcome.stdout.split('\n').filter(line => !/_usage_(?:exit|script_trap)/.test(line)))
    const calls = ['usage_start', 'usage_trap', 'usage_feature A', 'exit 3'].map(call => `[${call}]`)
    assert.deepEqual([...seen].slice(1), [...calls, ''])
    assert.deepEqual([outcome.code, outcome.stderr, ends()], [3, '', [3]])
  })

  itOnce('names a script by its job where a batch system runs a copy of it', needs('dash'), async t => {
    const {home, path} = makeScene(t, ['dash'], 'sh')
    mkdirSync(join(home.home, 'job00007'))
    const copy = join(home.home, 'job00007', 'slurm_script')
    writeFileSync(copy, `. '${path}'\nusage_start\n`)
    const environment = {SLURM_JOB_ID: '7', SLURM_JOB_NAME: 'heat.sh', SLURM_SUBMIT_DIR: '/home/ada'}
    await runProgram(home, ['dash', copy], {environment})
    assert.deepEqual(
      waitingEvents(home.stateDirectory).map(event => event.local?.script),
      ['/home/ada/heat.sh'],
    )
  })

  itOnce('counts a code that is none, and keeps the end', needs('dash'), async t => {
    for (const code of ['NaN', 'abc', '-1', '1.5', '99999999999999999999']) {
      const {run, ends, home} = makeScene(t, ['dash'], 'sh')
      await run(`usage_start\nusage_end ${code}\nls "$XDG_STATE_HOME"/usage/demo-*/drops | grep -c undeclared-field`)
      assert.deepEqual(ends(), [null], code)
      const drops = await runProgram(home, ['sh', '-c', 'ls "$XDG_STATE_HOME"/usage/demo-*/drops'])
      assert.match(drops.stdout, /^[0-9a-f-]{36}\.undeclared-field\.json\n$/)
    }
  })

  itOnce('records nothing where a folder or the home is not absolute', needs('dash'), async t => {
    for (const environment of [
      {USAGE_STATE_DIR: 'here'},
      {USAGE_CONFIG_DIR: './here'},
      {HOME: '', XDG_STATE_HOME: '', XDG_CONFIG_HOME: ''},
      {HOME: '~', XDG_STATE_HOME: '', XDG_CONFIG_HOME: ''},
      {HOME: 'here', XDG_STATE_HOME: 'here', XDG_CONFIG_HOME: ''},
    ]) {
      const {home, run, types} = makeScene(t, ['dash'], 'sh')
      const outcome = await run(`${aRun}\nls -a\nexit 3`, '', {environment})
      assert.deepEqual([outcome.code, outcome.stderr, types()], [3, '', []])
      assert.deepEqual(outcome.stdout, '.\n..\ndemo.usage.project.json\njob.sh\nusage.sh\n', home.home)
    }
  })
})
