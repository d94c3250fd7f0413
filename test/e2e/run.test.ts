import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {chmodSync, existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {createReporter} from '../../src/reporter/reporter.ts'
import {answeringServer, reportOf} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {type RunOptions, runProgram, runShell, runUsage} from '../support/run-program.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** A home in which everything may be recorded and nothing listens. */
function makeScene(t: TestContext, http = 'http://127.0.0.1:9') {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http)
  const environment = {...bare.environment, USAGE_PROJECT_FILE: path}
  const yes = {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const home = {...bare, environment}
  writeFileSync(join(home.home, 'notice'), '')
  /** The notice has been seen, so that standard error is the command's alone. */
  const seen = () => {
    const reporter = createReporter({project, world: {environment}})
    assert.ok(reporter.noticeShown())
    reporter.start()
  }
  const events = () => waitingEvents(home.stateDirectory)
  const ends = () => events().filter(event => event.type === 'end')
  return {home, yes, seen, events, ends}
}

/** What a shell sees of a command, run as it is and run by us. */
async function bothWays(
  t: TestContext,
  script: (command: string) => string,
  command: string,
  options: RunOptions = {},
) {
  const {home, seen, ends} = makeScene(t)
  seen()
  writeFileSync(join(home.home, 'unreadable'), '#!/bin/sh\n')
  chmodSync(join(home.home, 'unreadable'), 0o600)
  writeFileSync(join(home.home, 'without-first-line'), 'echo "ran $1"\n')
  chmodSync(join(home.home, 'without-first-line'), 0o700)
  const bare = await runShell(home, 'bash', script(command), options)
  const ours = await runShell(home, 'bash', script(`usage run -- ${command}`), options)
  return {bare, ours, end: ends().at(-1)}
}

/** Types into a command in a terminal of its own, as a person does. */
function openTerminal(t: TestContext, home: ReturnType<typeof isolatedHome>, command: string) {
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: home.home,
    env: home.environment,
    detached: true,
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', chunk => (output += chunk))
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  const until = (pattern: RegExp) => eventually(() => assert.match(output, pattern))
  return {type: (keys: string) => child.stdin.write(keys), until, ended, output: () => output}
}

const status = (command: string) => `${command}; echo "status $?"`

describe('usage run', {concurrency: 2}, () => {
  const cases: readonly (readonly [
    situation: string,
    command: string,
    exitCode: number | null,
    signal: string | null,
  ])[] = [
    ['succeeds', `sh -c 'echo out; echo err >&2'`, 0, null],
    ['fails', `sh -c 'exit 7'`, 7, null],
    ['dies of TERM', `sh -c 'kill -TERM $$'`, null, 'SIGTERM'],
    ['dies of KILL', `sh -c 'kill -KILL $$'`, null, 'SIGKILL'],
    ['dies of INT', `sh -c 'kill -INT $$'`, null, 'SIGINT'],
    ['dies of USR1', `sh -c 'kill -USR1 $$'`, null, 'SIGUSR1'],
    ['dies of SEGV', `sh -c 'ulimit -c 0; kill -SEGV $$'`, null, 'SIGSEGV'],
    ['dies of PIPE', `sh -c 'kill -PIPE $$'`, null, 'SIGPIPE'],
    ['exits as if of a signal', `sh -c 'exit 143'`, 143, null],
    ['is a script without a first line', './without-first-line -x', 0, null],
    ['has arguments that look like ours', `printf '%s,' --json --help -- '' 'a  b' '*' '$x'`, 0, null],
    ['does not exist', './nothing', 127, null],
    ['is not on the PATH', 'no-such-program', 127, null],
    ['has an empty name', "''", 127, null],
    ['cannot be run', './unreadable', 126, null],
  ]
  for (const [situation, command, exitCode, signal] of ofShare(cases, 2))
    it(`is to a shell what the command is when it ${situation}`, needs('bash'), async t => {
      const {bare, ours, end} = await bothWays(t, status, command)
      assert.equal(ours.stdout, bare.stdout)
      if (exitCode !== 126 && exitCode !== 127)
        assert.equal(
          ours.stderr.replaceAll(/.*(?:Terminated|Killed|Segmentation|line \d).*\n/g, ''),
          bare.stderr.replaceAll(/.*(?:Terminated|Killed|Segmentation|line \d).*\n/g, ''),
        )
      assert.deepEqual([end?.exitCode, end?.signal], [exitCode, signal])
      assert.ok(end !== undefined && end.durationSeconds !== null && end.run !== null)
    })

  itOnce(
    'gives the command its bytes: input by a pipe, arguments and files that are no UTF-8',
    needs('bash'),
    async t => {
      const bytes = `"$(printf 'a\\377b\\n\\nc\\n')"`
      const pipe = await bothWays(t, command => `head -c 300000 /dev/zero | ${command} | cksum`, 'cat')
      assert.deepEqual(pipe.ours, pipe.bare)
      const named = await bothWays(t, command => `${command} | od -c`, `printf '[%s]' ${bytes} '' "it's" '\\'`)
      assert.deepEqual(named.ours, named.bare)
    },
  )

  itOnce('gives the command many arguments and one that is no UTF-8', needs('bash'), async t => {
    const bytes = `"$(printf 'a\\377\\3761b\\\\n\\n\\nc\\n')"`
    const many = '$(seq -f %0500.0f 1000) "$(head -c 100000 /dev/zero | tr "\\0" x)"'
    const both = await bothWays(t, command => `${command} | cksum`, `printf '[%s]' ${bytes} ${many} ${bytes} λ`)
    assert.deepEqual(both.ours, both.bare)
  })

  itOnce('gives the command every descriptor that is open, under its number', needs('bash'), async t => {
    const open = 'exec 3>/dev/null 4<<<four 5>five 9>&1 20<five 200>lock; mkfifo f 2>/dev/null; exec 11<>f'
    const look = `sh -c 'cd /proc/self/fd; for i in 3 4 5 6 7 8 9 10 11 12 20 200; do test -e $i && echo $i; done; head -1 <&4; echo nine >&9; echo three >&3'`
    const both = await bothWays(t, command => `${open}; ${command}; echo`, look)
    assert.deepEqual(both.ours, both.bare)
    assert.match(both.ours.stdout, /^3\n4\n5\n9\n11\n20\n200\nfour\nnine\n/)
  })

  itOnce('leaves group, session, mask, limits and ignored hang-ups as they are', needs('bash'), async t => {
    const look = `sh -c 'cut -d" " -f5-8 /proc/self/stat; umask; ulimit -Sn; grep SigIgn /proc/self/status'`
    const plain = await bothWays(t, command => `ulimit -Sn 512; umask 027; ${command}; echo`, look)
    assert.deepEqual(plain.ours, {
      ...plain.bare,
      stdout: plain.bare.stdout.replace(/SigIgn.*/, 'SigIgn:\t0000000000000000'),
    })
    const kept = await bothWays(t, command => `nohup ${command} >nohup.out 2>/dev/null; cat nohup.out`, look)
    assert.match(kept.ours.stdout, /SigIgn:\t0{15}1/)
  })

  itOnce('lets the command go on in the background, and holds nothing of what it was given', needs('bash'), async t => {
    const {home, seen} = makeScene(t)
    seen()
    const held =
      'for i in 1 2 3 4 5 6 7 8 9; do ls -l /proc/$PPID/fd | grep -c "held\\| [012] -> [^/]" >&2; sleep 0.1; done'
    const outcome = await runShell(
      home,
      'bash',
      `exec 7>held; usage run -- sh -c '${held}; sleep 60 >/dev/null 2>&1 7>&- & echo $!'`,
    )
    const background = Number(outcome.stdout)
    assert.ok(existsSync(`/proc/${background}`))
    process.kill(background)
    assert.match(outcome.stderr, /0\n$/)
  })

  itOnce('passes a signal on that is sent to it alone, and ends as the command then does', async t => {
    for (const [name, code] of [
      ['SIGTERM', 5],
      ['SIGHUP', 6],
      ['SIGUSR1', 7],
      ['SIGUSR2', 8],
      ['SIGINT', 9],
    ] as const) {
      const {home, seen, ends} = makeScene(t)
      seen()
      const script = `trap 'echo got; exit ${code}' ${name.slice(3)}; echo ready; while :; do sleep 0.05; done`
      let isSent = false
      const outcome = await runUsage(home, ['run', '--', 'sh', '-c', script], {
        onOutput: (stdout, pid) => {
          if (stdout.includes('ready') && !isSent) isSent = process.kill(pid, name)
        },
      })
      assert.deepEqual([name, outcome.code, outcome.signal, outcome.stdout], [name, code, null, 'ready\ngot\n'])
      assert.equal(ends().at(-1)?.exitCode, code)
    }
  })

  itOnce('gives the command the terminal: Ctrl-C reaches it once', needs('script'), async t => {
    const {home, seen} = makeScene(t)
    seen()
    const script = `test -t 0 && test -t 1 && trap 'echo got; exit 9' INT; echo ready; while :; do sleep 0.05; done`
    const terminal = openTerminal(t, home, `exec usage run -- sh -c "${script}"`)
    await terminal.until(/ready/)
    terminal.type('\u0003')
    assert.equal(await terminal.ended, 9)
    assert.equal(terminal.output().match(/got/g)?.length, 1)
  })

  itOnce('stops with the command at Ctrl-Z, and goes on with it', needs('bash', 'script'), async t => {
    const {home, seen, ends} = makeScene(t)
    seen()
    const terminal = openTerminal(t, {...home, environment: {...home.environment, PS1: '$ '}}, 'bash --norc -i')
    terminal.type(`usage run -- sh -c 'echo rea""dy; read x; echo "after $x"; exit 3'\n`)
    await terminal.until(/ready/)
    terminal.type('\u001a')
    await terminal.until(/Stopped/)
    terminal.type('fg\n')
    await terminal.until(/fg\r?\n/)
    terminal.type('line\n')
    await terminal.until(/after line/)
    terminal.type('exit $?\n')
    assert.equal(await terminal.ended, 3)
    assert.equal(ends().at(-1)?.exitCode, 3)
  })

  itOnce('tells the run to what the command calls, and delivers within --wait', async t => {
    const server = await answeringServer(t)
    const {home, yes} = makeScene(t, server.url)
    const options = {environment: yes}
    const args = ['--app-version', '2.0', '--field', 'executors=3', '--script', 'job.sh', '--wait', '10']
    const command = ['sh', '-c', 'usage feature Load.v1 --type Algorithm; exit 4']
    const outcome = await runUsage(home, ['run', ...args, '--', ...command], options)
    assert.deepEqual(outcome, {code: 4, signal: null, stdout: '', stderr: ''})
    const reports = server.requests.map(reportOf)
    const sent = reports.flatMap(report => report.events)
    assert.deepEqual(sent.map(({type}) => type).sort(), ['end', 'feature', 'start'])
    assert.equal(new Set(sent.map(({run}) => run)).size, 1)
    assert.ok(reports.every(report => report.header.version === '2.0'))
    assert.partialDeepStrictEqual(
      sent.find(({type}) => type === 'start'),
      {fields: {executors: 3}},
    )
  })

  itOnce('runs the command whatever is wrong with what is said to us, unless it is strict', async t => {
    const {home, seen, ends} = makeScene(t)
    seen()
    const wrong = [['--bogus'], ['--field', 'x'], ['--project-file', '/nonexistent'], ['--app-version']]
    const events = () => waitingEvents(home.stateDirectory).length
    for (const field of ['undeclared=1', 'executors=many']) {
      const [before, strict] = [events(), await runUsage(home, ['run', '--strict', '--field', field, 'echo', 'ran'])]
      assert.deepEqual([strict.code, strict.stdout, events()], [2, '', before], field)
      assert.match(strict.stderr, /^USAGE_(?:UNDECLARED_FIELD|FIELD_INVALID)/)
    }
    for (const args of wrong) {
      const outcome = await runUsage(home, ['run', ...args, '--', 'sh', '-c', 'echo ran; exit 5'])
      assert.deepEqual(outcome, {code: 5, signal: null, stdout: 'ran\n', stderr: ''}, args.join(' '))
      const strict = await runUsage(home, ['run', '--strict', ...args, '--', 'echo', 'ran'])
      assert.deepEqual([strict.code, strict.stdout], [2, ''], args.join(' '))
      assert.match(strict.stderr, /^USAGE_/)
    }
    const empty = await runUsage(home, ['run', '--app-version', '1'])
    assert.equal(empty.code, 2)
    assert.match(empty.stderr, /USAGE_WRONG_USE: a command is required/)
    // Without the project there is nothing to record for.
    assert.deepEqual(
      ends().map(({exitCode}) => exitCode),
      [5, 5, 5],
    )
  })

  itOnce('needs no -- before the command, and leaves the flags of the command to it', async t => {
    const {home, seen, ends} = makeScene(t)
    seen()
    const script = 'printf "%s," "$@"; exit 5'
    const flags = ['--help', '--json', '--strict', '--', '--app-version', '3']
    for (const environment of [{}, {USAGE_DEBUG: '1'}])
      for (const own of [[], ['--app-version', '1'], ['--app-version=1', '--bogus=2'], ['--bogus']]) {
        const dashes = own[0] === '--bogus' ? ['--'] : []
        const args = ['run', ...own, ...dashes, 'sh', '-c', script, 'sh', ...flags]
        const {code, stdout} = await runUsage(home, args, {environment})
        assert.deepEqual([code, stdout], [5, `${flags.join(',')},`], own.join(' '))
      }
    assert.equal(ends().length, 8)
  })

  itOnce('runs the command and writes nothing after a no, or where nothing can be written', async t => {
    const {home} = makeScene(t)
    const before = readTree(home.home)
    const off = await runUsage(home, ['run', '--', 'sh', '-c', 'echo "ran ${USAGE_RUN_ID-none}"'], {
      environment: {DEMO_TRACKING: 'off'},
    })
    assert.deepEqual(off, {code: 0, signal: null, stdout: 'ran none\n', stderr: ''})
    assert.deepEqual(readTree(home.home), before)
    const nowhere = await runProgram(home, ['env', 'USAGE_STATE_DIR=/dev/null/x', 'usage', 'run', '--', 'echo', 'ran'])
    assert.deepEqual(nowhere, {code: 0, signal: null, stdout: 'ran\n', stderr: ''})
    assert.equal(readFileSync(join(home.home, 'notice'), 'utf8'), '')
  })
})
