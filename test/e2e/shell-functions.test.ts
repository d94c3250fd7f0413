import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {answeringServer, reportOf} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {type Outcome, type RunOptions, runProgram, runUsage} from '../support/run-program.ts'
import {describeOnce, ofShare} from '../support/share.ts'
import {libraryOnDisk, testedShells} from '../support/shell-library.ts'
import {traced} from '../support/traced.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

type TestedShell = (typeof testedShells)[number]

/** A home with a script beside a vendored library, and nothing on its PATH that could help. */
function makeScene(t: TestContext, shell: TestedShell, http = 'http://127.0.0.1:9') {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http)
  const library = libraryOnDisk(bare.home, shell.library, project)
  const yes = `demo@${collectionVersion(project)}`
  const environment = {...bare.environment, PATH: '/usr/bin:/bin', USAGE_CONSENT: yes}
  const home: IsolatedHome = {...bare, environment}
  const destination = destinationOf(home.stateDirectory, project)
  /** Runs the lines of a script that has sourced the library. */
  const run = (script: string, options: RunOptions = {}): Promise<Outcome> => {
    const file = join(home.home, 'job.sh')
    writeFileSync(file, `. '${library}'\n${script}\n`)
    return runProgram(home, [...shell.command, file], options)
  }
  const events = () => waitingEvents(home.stateDirectory)
  return {home, path, project, library, destination, run, events, programs: bare.environment['PATH'] ?? ''}
}

const namesOf = (events: ReturnType<typeof waitingEvents>) =>
  events.flatMap(event => ('name' in event ? [event.name] : [])).sort()

for (const shell of ofShare(testedShells, 2)) {
  const strict = shell.name === 'dash' ? 'set -eu' : 'set -euo pipefail'

  describe(`the functions in ${shell.name}`, {concurrency: 2}, () => {
    it(
      'record a run without Node.js, and the script does what it does without them',
      needs(shell.command[0]),
      async t => {
        const {run, events, home} = makeScene(t, shell)
        const outcome = await run(
          `${strict}\nusage_start 1.4.0\necho "$USAGE_RUN_ID"\nusage_feature Load.v1 Algorithm\nusage_end 3\necho "\${USAGE_RUN_ID-none}"`,
          {environment: {CODEX_CI: '1'}},
        )
        assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
        const all = events()
        assert.deepEqual(all.map(({type}) => type).sort(), ['end', 'feature', 'start'])
        const [id, after] = outcome.stdout.trim().split('\n')
        assert.deepEqual([new Set(all.map(event => event.run)), after], [new Set([id]), 'none'])
        const start = all.find(event => event.type === 'start')
        assert.equal(start?.local?.script, join(home.home, 'job.sh'))
        assert.partialDeepStrictEqual(start?.header, {version: '1.4.0', application: 'demo', agent: 'codex'})
        const end = all.find(event => event.type === 'end')
        assert.deepEqual([end?.exitCode, end?.signal], [3, null])
        assert.ok(end !== undefined && end.durationSeconds !== null && end.durationSeconds < 30)
        for (const {time} of all) assert.ok(Math.abs(Date.now() - Date.parse(time)) < 30_000, time)
        for (const path of Object.keys(readTree(home.stateDirectory))) {
          const {mode} = statSync(join(home.stateDirectory, path))
          assert.equal(mode & 0o777, path.endsWith('.json') ? 0o600 : 0o700, path)
        }
      },
    )

    it('pass their run on to commands of the same project alone', needs(shell.command[0]), async t => {
      const {run, events, home, path, programs} = makeScene(t, shell)
      const {path: other} = projectOnDisk(home.home, 'http://127.0.0.1:9', {project: 'other'})
      const feature = (file: string) => `command usage feature Load.v1 --type Algorithm --project-file ${file}`
      const inner = `command usage start --app-version inner --project-file ${path}; ${feature(path)}; command usage end --project-file ${path}`
      await run(
        `PATH='${programs}'; usage_start outer; ${feature(path)}; ${feature(other)}; sh -c '${inner}; :'; usage_end 0`,
      )
      const all = events()
      const runOf = (version: string) => all.find(one => one.type === 'start' && one.header?.version === version)?.run
      const features = all.filter(one => one.type === 'feature').sort((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepEqual(
        features.map(one => one.run),
        [runOf('outer'), null, runOf('inner')],
      )
    })

    it(
      'take any name: quotes, UTF-8, bytes that are none; control characters and 129 are counted as undeclared',
      needs(shell.command[0]),
      async t => {
        const {run, events, home, path, programs} = makeScene(t, shell)
        const names = [
          `It's "so" \\ back\\\\slash "`,
          'é'.repeat(128),
          'x'.repeat(128),
          '日本 Réflectométrie λ',
          '-n',
          '%s %d \\n',
        ]
        const quoted = names.map(name => `usage_feature '${name.replaceAll("'", `'\\''`)}'`)
        const bad = `usage_feature "$(printf 'bad\\377byte')"\nusage_feature 'two\nlines'\nusage_feature "$(printf 'a\\tb')"\nusage_feature ''\nusage_feature\nusage_feature ${'x'.repeat(129)}\nusage_feature ${'é'.repeat(400)}`
        const outcome = await run(`${strict}\nusage_start\n${quoted.join('\n')}\n${bad}\necho on`)
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'on\n', ''])
        assert.deepEqual(namesOf(events()), [...names, 'bad\ufffdbyte'].sort())
        const status = await runUsage(home, ['status', '--json', '--project-file', path], {
          environment: {PATH: programs},
        })
        const {dropped} = JSON.parse(status.stdout).projects[0]
        assert.partialDeepStrictEqual(dropped, {'undeclared-feature': 4, 'wrong-use': 2})
      },
    )

    it(
      'count in subshells, pipelines, loops and substitutions for the run of the script',
      needs(shell.command[0]),
      async t => {
        const {run, events} = makeScene(t, shell)
        const outcome = await run(
          `${strict}\nusage_start\n(usage_feature A; :)\nx=$(usage_feature B; echo got)\necho "$x" | { usage_feature C; cat; } | while read -r y; do usage_feature D; echo "$y"; done\nfor z in 1 2; do usage_feature "E$z"; done\nusage_end 0`,
        )
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'got\n', ''])
        assert.deepEqual(namesOf(events()), ['A', 'B', 'C', 'D', 'E1', 'E2'])
        assert.equal(new Set(events().map(({run: id}) => id)).size, 1)
      },
    )

    it(
      'keep the trap of the script, which reads the status, and record the exit code',
      needs(shell.command[0]),
      async t => {
        for (const [last, code] of [
          ['exit 7', 7],
          ['false', 1],
          [':', 0],
          ['usage_end 5; exit 6', 6],
        ] as const) {
          const {run, events} = makeScene(t, shell)
          const own = shell.name === 'zsh' ? '' : `trap 'echo "it'"'"'s $?"; rm -f "$HOME/x"' EXIT\n`
          const outcome = await run(`set -eu\n${own}trap 'echo never' USR1\nusage_start\nusage_trap\n${last}`)
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [code, own && `it's ${code}\n`, ''], last)
          const ends = events().filter(event => event.type === 'end')
          assert.deepEqual(
            ends.map(({exitCode}) => exitCode),
            [last.startsWith('usage_end') ? 5 : code],
          )
        }
      },
    )

    it('record the same end in POSIX mode', needs(shell.command[0]), async t => {
      const {run, events} = makeScene(t, shell)
      const posix = {environment: {POSIXLY_CORRECT: '1'}}
      const exit = await run(`${strict}\nusage_start\nusage_trap\nexit 3`, posix)
      assert.deepEqual([exit.code, exit.stderr], [3, ''])
      const killed = await run('usage_start\nusage_trap\nkill -TERM $$\nsleep 5', posix)
      assert.deepEqual([killed.signal, killed.stderr], ['SIGTERM', ''])
      const ends = events().flatMap(event => (event.type === 'end' ? [event.signal ?? event.exitCode] : []))
      assert.deepEqual(ends.sort(), [3, 'SIGTERM'])
    })

    it('let the script go on when its traps cannot be read', needs(shell.command[0]), async t => {
      const {run, home, programs, path} = makeScene(t, shell)
      const gone = await run(`${strict}\nusage_start\nmv "$XDG_STATE_HOME" "$HOME/away"\nusage_trap\necho on\nexit 3`)
      assert.deepEqual([gone.code, gone.stdout, gone.stderr], [3, 'on\n', ''])
      const homeless = await run(`unset HOME XDG_CONFIG_HOME\n${strict}\nusage_start\nusage_trap\necho on\nexit 3`, {
        environment: {PATH: programs, XDG_STATE_HOME: join(home.home, 'new'), USAGE_PROJECT_FILE: path},
      })
      assert.deepEqual([homeless.code, homeless.stdout, homeless.stderr], [3, 'on\n', ''])
    })

    it('record the same with any IFS', needs(shell.command[0]), async t => {
      const {run, events} = makeScene(t, shell)
      for (const value of ['0', '1', '0123456789', 'ae-', '']) {
        const outcome = await run(`${strict}\nIFS='${value}'\nusage_start\nusage_trap\nusage_feature A\nexit 3`)
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, '', ''], value)
      }
      assert.equal(events().length, 15)
    })

    it(
      'keep the open run when they are sourced again, and not for a script that is called',
      needs(shell.command[0]),
      async t => {
        const {run, events, library, home} = makeScene(t, shell)
        const called = join(home.home, 'called.sh')
        writeFileSync(called, `. '${library}'\nusage_feature B\nusage_end 4\n`)
        const outcome = await run(
          `set -a\nusage_start\nusage_trap\n. '${library}'\nusage_feature A\n${shell.command.join(' ')} '${called}'\nexit 3`,
        )
        assert.deepEqual([outcome.code, outcome.stderr], [3, ''])
        const all = events().filter(event => event.type !== 'end' || event.exitCode === 3)
        assert.deepEqual(all.map(({type}) => type).sort(), ['end', 'feature', 'feature', 'start'])
        assert.equal(new Set(all.map(event => event.run)).size, 1)
        assert.deepEqual(
          events().flatMap(event => (event.type === 'end' && event.exitCode === 4 ? [event.run] : [])),
          [null],
        )
      },
    )

    it('record nothing where IFS is readonly, and the script goes on', needs(shell.command[0]), async t => {
      const {home, library, events} = makeScene(t, shell)
      const script = `${strict}\nreadonly IFS\n. '${library}'\nusage_start\nusage_trap\nusage_feature A\nusage_end 0\necho on\nexit 3`
      for (const environment of [{}, {POSIXLY_CORRECT: '1'}]) {
        const outcome = await runProgram(home, [...shell.command, '-c', script], {environment})
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, 'on\n', ''])
      }
      assert.deepEqual(events(), [])
    })

    it(
      "end a subshell's own run with it, and leave the trap of the script to the script",
      needs(shell.command[0]),
      async t => {
        const {run, events} = makeScene(t, shell)
        const outcome = await run(
          `trap 'echo mine' EXIT\nusage_start\nusage_trap\n(usage_start; usage_trap; exit 3) || echo "sub $?"\nexit 4`,
        )
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [4, 'sub 3\nmine\n', ''])
        const ends = events().flatMap(event => (event.type === 'end' ? [event.exitCode] : []))
        assert.deepEqual(ends.sort(), [3, 4])
      },
    )

    it(
      'end the run once however often usage_trap is called, and for the library that was sourced last',
      needs(shell.command[0]),
      async t => {
        const {run, events, home, library} = makeScene(t, shell)
        const {project} = projectOnDisk(home.home, 'http://127.0.0.1:9')
        const folder = join(home.home, 'other')
        mkdirSync(folder)
        const other = libraryOnDisk(folder, shell.library, {...project, project: 'other'})
        const own = shell.name === 'zsh' ? '' : `trap 'echo "mine $?"' EXIT\n`
        const mine = (code: number) => own && `mine ${code}\n`
        for (const [script, code, ends] of [
          ['usage_start; usage_trap; usage_trap; exit 3', 3, [3]],
          ['usage_start; usage_trap; usage_end 1; usage_start; usage_trap; exit 4', 4, [1, 4]],
          ['usage_start; usage_trap; usage_end 2; usage_start; exit 5', 5, [2, 5]],
          [`usage_start; usage_trap; usage_end 6; . '${other}'; usage_start; usage_trap; exit 7`, 7, [6, 7]],
          [
            `. '${other}'; usage_start; usage_trap; usage_end 8; . '${library}'; usage_start; usage_trap; exit 9`,
            9,
            [8, 9],
          ],
        ] as const) {
          const before = events().length
          const outcome = await run(`${strict}\n${own}${script}`, {
            environment: {USAGE_CONSENT: `demo@${collectionVersion(project)} other@${collectionVersion(project)}`},
          })
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [code, mine(code), ''], script)
          const all = events()
          assert.equal(all.length - before, ends.length * 2, script)
          const codes = all.flatMap(event => (event.type === 'end' ? [event.exitCode] : []))
          assert.ok(
            ends.every(end => codes.includes(end)),
            script,
          )
        }
      },
    )

    it('record the signal that ends the script, which dies of it', needs(shell.command[0]), async t => {
      const {run, events} = makeScene(t, shell)
      const outcome = await run('usage_start\nusage_trap\nkill -TERM $$\nsleep 5')
      assert.deepEqual([outcome.code, outcome.signal, outcome.stderr], [null, 'SIGTERM', ''])
      const ends = events().filter(event => event.type === 'end')
      assert.deepEqual(
        ends.map(({exitCode, signal}) => [exitCode, signal]),
        [[null, 'SIGTERM']],
      )
    })

    it('leave a signal to the trap that the script has for it', needs(shell.command[0]), async t => {
      const {run, events} = makeScene(t, shell)
      const outcome = await run(`trap 'echo mine; exit 9' TERM\nusage_start\nusage_trap\nkill -TERM $$\nsleep 5`)
      assert.deepEqual([outcome.code, outcome.stdout], [9, 'mine\n'])
      const ends = events().filter(event => event.type === 'end')
      assert.deepEqual(
        ends.map(({exitCode}) => exitCode),
        [9],
      )
    })

    it(
      'change no option, no mask, no variable but their own, and keep set -x readable',
      needs(shell.command[0]),
      async t => {
        const {run, home} = makeScene(t, shell)
        const look = (to: string) => `{ set; set +o; umask; trap; } > "$HOME/${to}"`
        const work = 'usage_start; usage_feature A; usage_end 0'
        const outcome = await run(
          `umask 027; IFS=:\n${look('before')}\n${work}\n${look('after')}\nset -x\nusage_feature B\n: seen`,
        )
        assert.equal(outcome.code, 0)
        const volatile =
          /^(?:_usage_|_=|BASH_|FUNCNAME|EPOCH|SECONDS|SRANDOM|RANDOM|LINENO|PIPESTATUS|PPID|TTYIDLE|status|'?\?'?=|'?!'?=|pipestatus|FUNC|path|USAGE_CONSENT|_usage)/
        const read = (name: string) =>
          readFileSync(join(home.home, name), 'utf8')
            .split('\n')
            .filter(line => /^\w+=|^set |^\d+$|^trap/.test(line) && !volatile.test(line))
        assert.deepEqual(read('after'), read('before'))
        assert.match(outcome.stderr, /usage_feature B/)
        assert.match(outcome.stderr, /: seen/)
        assert.doesNotMatch(outcome.stderr.replaceAll('\n+ _usage_trace=yes', ''), /_usage_/)
      },
    )

    it(
      'start no process for an event, and none but the shell for files that are not there yet',
      needs(shell.command[0], 'strace', 'unshare'),
      async t => {
        const {library, home, events} = makeScene(t, shell)
        const prepare = `. '${library}'; usage_start; `
        const count = (script: string) => traced(t, home, join(home.home, '..', 'etc'), [...shell.command, script])
        const without = await count(`${prepare} usage_end 0`)
        const repeated = await count(`${prepare} for i in 1 2 3 4 5 6 7 8 9; do usage_feature "F$i"; done; usage_end 0`)
        assert.equal(events().filter(({type}) => type === 'feature').length, 9)
        assert.deepEqual([repeated.outcome.stderr, repeated.outcome.code], ['', 0])
        const first = without.programs.length + without.processes
        assert.ok(repeated.programs.length + repeated.processes <= first, JSON.stringify([without, repeated]))
        assert.deepEqual(repeated.network, [])
      },
    )

    it(
      'show the notice once, not to /dev/null, and let a later run of another caller open sending',
      needs(shell.command[0]),
      async t => {
        const {run, destination, library, home} = makeScene(t, shell)
        const environment = {USAGE_CONSENT: ''}
        const hidden = await runProgram(home, [...shell.command, '-c', `. '${library}'; usage_start 2>/dev/null`], {
          environment,
        })
        assert.equal(hidden.stderr, '')
        const first = await run('usage_start\nusage_feature A\nusage_end 0', {environment})
        assert.match(
          first.stderr,
          /^Demo counts how it is used: How many people use Demo\.\n(?:.*\n){5}.*\.settings\/usage\/optout\.d\/demo\n$/,
        )
        const second = await run('usage_start; usage_end 0', {environment})
        assert.equal(second.stderr, '')
        const marker = noticePath(destination)
        const isOpen = () => Object.keys(readTree(destination.directory)).some(path => path.endsWith('.open'))
        assert.equal(isOpen(), false)
        const content = JSON.parse(readFileSync(marker, 'utf8'))
        assert.equal(typeof content.caller.pid, 'number')
        writeFileSync(marker, JSON.stringify({...content, shownAt: new Date(Date.now() - 61_000).toISOString()}))
        await run('usage_start', {environment})
        assert.equal(isOpen(), true)
      },
    )

    it(
      'never harm: no home, a home that cannot be written, a full disk, closed outputs, no Node.js',
      needs(shell.command[0], 'unshare'),
      async t => {
        const work = 'usage_start; usage_trap; usage_feature A; usage_end 0; echo on'
        const {run, home, library} = makeScene(t, shell)
        const {
          HOME: _home,
          XDG_STATE_HOME: _state,
          XDG_CONFIG_HOME: _config,
          ...homeless
        }: Readonly<Record<string, string | undefined>> = home.environment
        const file = join(home.home, 'job.sh')
        const script = [...shell.command, file] as const
        const passwd = join(home.home, 'passwd')
        writeFileSync(passwd, `root:x:0:0::${join(home.home, 'account')}:/bin/sh\n`)
        await run(`${strict}\n${work}`)
        const outcomes = {
          // Some shells take the home of the account instead: it is one of the test's own.
          homeless: await runProgram({...home, environment: homeless as Record<string, string>}, [
            'unshare',
            '-Urm',
            'sh',
            '-c',
            'mount --bind "$0" /etc/passwd && exec "$@"',
            passwd,
            ...script,
          ]),
          readOnly: await runProgram(
            home,
            ['unshare', '-Urm', 'sh', '-c', `mount --bind -o ro "$HOME" "$HOME" && exec "$@"`, 'sh', ...script],
            {environment: {XDG_STATE_HOME: join(home.home, 'new')}},
          ),
          full: await runProgram(
            home,
            [
              'unshare',
              '-Urm',
              'sh',
              '-c',
              'mkdir -p "$HOME/full" && mount -t tmpfs -o size=4k,nr_inodes=12 none "$HOME/full" && exec "$@"',
              'sh',
              ...script,
            ],
            {environment: {XDG_STATE_HOME: join(home.home, 'full')}},
          ),
          closed: await runProgram(home, ['sh', '-c', 'exec "$@" 2>&- <&-', 'sh', ...script], {
            environment: {USAGE_CONSENT: ''},
          }),
          limited: await runProgram(home, ['sh', '-c', 'ulimit -f 0; exec "$@"', 'sh', ...script], {
            environment: {USAGE_STATE_DIR: join(home.home, 'limited')},
          }),
        }
        for (const [name, outcome] of Object.entries(outcomes))
          assert.deepEqual([name, outcome.code, outcome.stdout, outcome.stderr], [name, 0, 'on\n', ''])
        mkdirSync(join(home.home, 'x'))
        const noNode = await runProgram(home, [...shell.command, '-c', `. '${library}'; ${work}`], {
          environment: {NODE_OPTIONS: '--bogus'},
        })
        assert.deepEqual([noNode.code, noNode.stdout, noNode.stderr], [0, 'on\n', ''])
      },
    )

    it(
      'send in the background when there is a program that can, and disturb no wait and no job',
      needs(shell.command[0]),
      async t => {
        const server = await answeringServer(t)
        const {run, programs} = makeScene(t, shell, server.url)
        const outcome = await run(
          'usage_start\nusage_feature Load.v1 Algorithm\nusage_end 0\nwait\njobs\necho "${!-none}"',
          {environment: {PATH: programs}},
        )
        assert.equal(outcome.code, 0)
        assert.equal(outcome.stderr, '')
        assert.match(outcome.stdout, /^(?:none|0)?\n$/)
        await eventually(() => {
          const sent = server.requests.flatMap(request => reportOf(request).events.map(({type}) => type))
          assert.deepEqual(sent.sort(), ['end', 'feature', 'start'])
        })
      },
    )
  })
}

describeOnce('the functions beside functions of zsh that are traps', () => {
  const zsh = testedShells.find(({name}) => name === 'zsh')!
  const ends = (events: ReturnType<typeof waitingEvents>) =>
    events.flatMap(event => (event.type === 'end' ? [event.signal ?? event.exitCode] : []))

  it('record the end, whatever else is trapped', needs('zsh'), async t => {
    const {run, events} = makeScene(t, zsh)
    const traps = `TRAPUSR1() {\n  trap 'echo x' WINCH\n}\ntrap $'echo \\'two\\nlines\\'' USR2`
    const exit = await run(`${traps}\nusage_start\nusage_trap\nexit 3`)
    assert.deepEqual([exit.code, exit.stdout, exit.stderr], [3, '', ''])
    const killed = await run(`${traps}\nusage_start\nusage_trap\nkill -TERM $$\nsleep 5`)
    assert.deepEqual([killed.signal, killed.stderr], ['SIGTERM', ''])
    assert.deepEqual(ends(events()).sort(), [3, 'SIGTERM'])
  })

  it('leave a signal and the end to the function that is there for it', needs('zsh'), async t => {
    const {run, events} = makeScene(t, zsh)
    const traps = 'TRAPEXIT() { echo "mine $?"; }\nTRAPTERM() { echo got; exit 9; }'
    const outcome = await run(`${traps}\nusage_start\nusage_trap\nusage_trap\nkill -TERM $$\nsleep 5`)
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [9, 'got\nmine 9\n', ''])
    assert.deepEqual(ends(events()), [9])
  })

  it('leave an EXIT trap of the script alone, and record the end', needs('zsh'), async t => {
    const {run, events} = makeScene(t, zsh)
    for (const [set, code] of [
      [`trap 'echo "mine $?"' EXIT`, 4],
      [`TRAPEXIT() { echo "mine $?"; }`, 5],
      [`setopt posixtraps; trap 'echo "mine $?"' EXIT`, 6],
    ] as const) {
      const outcome = await run(`${set}\nusage_start\nusage_trap\nexit ${code}`)
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [code, `mine ${code}\n`, ''], set)
    }
    assert.deepEqual(ends(events()).sort(), [4, 5, 6])
  })
})

describeOnce('a library printed by the command', () => {
  it('can be sourced by process substitution', needs('bash'), async t => {
    const {home, path, programs, events} = makeScene(t, testedShells[0]!)
    const script = `set -euo pipefail; . <(command usage shell bash --project-file '${path}'); usage_start; usage_feature Load.v1 Algorithm; usage_end 0`
    const outcome = await runProgram(home, ['bash', '-c', script], {environment: {PATH: programs}})
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    assert.equal(events().length, 3)
  })

  it('prints nothing under set -k, which takes arguments for variables', needs('bash'), async t => {
    const {run, events} = makeScene(t, testedShells[0]!)
    const outcome = await run('set -k\nusage_start\nusage_trap\nusage_feature A\nexit 3')
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, '', ''])
    assert.equal(new Set(events().map(event => event.run)).size, 1)
    assert.equal(events().length, 3)
  })

  it('is JSON on demand, and names what is wrong with the shell', async t => {
    const {home, path} = makeScene(t, testedShells[0]!)
    const answer = await runUsage(home, ['shell', 'zsh', '--project-file', path, '--json'])
    assert.match(JSON.parse(answer.stdout).library, /^# shellcheck[\s\S]*usage_start\(\)/)
    const wrong = await runUsage(home, ['shell', 'fish', '--project-file', path])
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /USAGE_WRONG_USE.*fish/s)
  })
})
