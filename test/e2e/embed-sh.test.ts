import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {acceptAll, answer, answeringServer, type Respond, reportOf} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {ageSecret, headerCases} from '../support/header-cases.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {exampleProject, makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {type RunOptions, runProgram, runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {clientShells, shClientOnDisk} from '../support/sh-client.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {assertShfmt} from '../support/shell-format.ts'
import {silentServer} from '../support/silent-server.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const nowhere = 'http://127.0.0.1:9'

/** A home with a script beside its client, and no Node.js on its PATH. */
function makeScene(
  t: TestContext,
  http = nowhere,
  shell: readonly [string, ...string[]] = ['sh'],
  changes: Readonly<Record<string, unknown>> = {},
) {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http, changes)
  const client = shClientOnDisk(bare.home, project)
  const said = {PATH: '/usr/bin:/bin', USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const home: IsolatedHome = {...bare, environment: {...bare.environment, ...said}}
  const run = (script: string, options: RunOptions = {}) => {
    const file = join(home.home, 'job.sh')
    writeFileSync(file, `set -eu\n. '${client}'\n${script}\n`)
    return runProgram(home, [...shell, file], options)
  }
  const usage = async (...args: string[]) => {
    const {stdout} = await runUsage(bare, [...args, '--project-file', path, '--json'])
    return JSON.parse(stdout)
  }
  const events = () => waitingEvents(home.stateDirectory)
  const destination = destinationOf(home.stateDirectory, project)
  return {bare, home, path, project, client, destination, run, usage, events}
}

/** The bytes of a report with its events by their ids: the client has the oldest first, whatever its file is called. */
function sorted(body: string): string {
  const report = JSON.parse(body)
  report.events.sort((a: {id: string}, b: {id: string}) => (a.id < b.id ? -1 : 1))
  return JSON.stringify(report)
}

const aRun = 'usage_start 1.4.0\nusage_feature Load.v1 Algorithm\nusage_end 3'
const waiting = {environment: {USAGE_CONSENT: ''}}

for (const {name, command} of ofShare(clientShells, 2, 1)) {
  describe(`the client of ${name}`, {concurrency: 2}, () => {
    it('writes a run as the commands do, for its owner alone, and the script goes on', needs(command[0]), async t => {
      const {run, events, home} = makeScene(t, nowhere, command)
      const script = `echo out; ${aRun}\nusage_feature Nothing.v1\nusage_end 4\necho "$? \${USAGE_RUN_ID-none}"; exit 7`
      const outcome = await run(script, waiting)
      assert.deepEqual([outcome.code, outcome.stdout], [7, 'out\n0 none\n'])
      assert.match(outcome.stderr, /^Demo counts how it is used[\s\S]*optout\.d\/demo\n$/)
      const [start, feature, end] = ['start', 'feature', 'end'].map(type => events().find(event => event.type === type))
      assert.ok(start?.type === 'start' && feature?.type === 'feature' && end?.type === 'end' && events().length === 3)
      assert.deepEqual([feature.run, end.run, end.exitCode], [start.run, start.run, 3])
      assert.deepEqual([start.header?.version, start.local?.script], ['1.4.0', join(home.home, 'job.sh')])
      assert.ok(end.durationSeconds !== null && end.durationSeconds < 30)
      for (const path of Object.keys(readTree(home.stateDirectory))) {
        const found = statSync(join(home.stateDirectory, path))
        assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, path)
      }
    })

    it('makes the bodies that usage makes of the same events, but for its own name', needs(command[0]), async t => {
      const {run, home, client, usage} = makeScene(t, nowhere, command)
      await run(aRun, waiting)
      const mine = await runProgram(home, [...command, client, 'preview'])
      const [preview] = (await usage('preview')).projects ?? (await usage('preview'))
      const other = preview.reports.map(({body}: {body: string}) => body.replace('"name":"usage"', '"name":"usage-sh"'))
      assert.deepEqual(mine.stdout.trim().split('\n').map(sorted), other.map(sorted))
    })

    it('sends by itself, each event once, and the log has the bytes', needs(command[0], 'curl'), async t => {
      const server = await answeringServer(t)
      const {run, usage, events, destination} = makeScene(t, server.url, command)
      assert.equal((await run(aRun)).code, 0)
      await eventually(async () => {
        await run('usage_start')
        assert.ok(server.requests.some(({body}) => body.includes('"exitCode":3')))
      })
      await eventually(() => assert.deepEqual([events(), readdirSync(destination.paths.sending)], [[], []]))
      const ids = server.requests.flatMap(request => reportOf(request).events.map(({id}) => id))
      assert.equal(new Set(ids).size, ids.length)
      const logged = (await usage('log')).entries ?? (await usage('log'))
      const bodies = logged.map(({body}: {body: string}) => body).sort()
      assert.deepEqual(bodies, server.requests.map(({body}) => body).sort())
    })
  })
}

describe('the client of shells', {concurrency: 2}, () => {
  for (const {title, identity, environment, isNewSecret, header} of ofShare(headerCases, 2, 1))
    it(`says in the header what the commands say: ${title}`, async t => {
      const {run, home, client, usage} = makeScene(t, nowhere, ['sh'], {identity})
      await run('usage_start 1.0', {environment: {USAGE_CONSENT: '', ...environment}})
      const preview = () => runProgram(home, ['sh', client, 'preview'])
      await preview()
      if (!isNewSecret) ageSecret(home)
      const body = (await preview()).stdout.trim()
      assert.partialDeepStrictEqual(JSON.parse(body).header, header)
      const [project] = (await usage('preview')).projects
      assert.equal(body, project.reports[0].body.replace('"name":"usage"', '"name":"usage-sh"'))
    })

  itOnce('shares the buffer with the commands, which send its events as theirs', async t => {
    const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
    const {bare, run, usage} = makeScene(t, collector.http)
    await run(`${aRun}\nusage_start`, waiting)
    await usage('start')
    await runUsage(bare, ['optin'])
    await eventually(async () => {
      await usage('flush')
      const {runs, outcomes, features} = await collector.stats('demo')
      assert.deepEqual([runs.total, outcomes.failed, features[0]?.count], [3, 1, 1])
    })
  })

  itOnce('opens sending with a start a minute after the notice, and sends nothing before', needs('curl'), async t => {
    const server = await silentServer(t)
    const {run, destination} = makeScene(t, server.url)
    assert.match((await run(aRun, waiting)).stderr, /counts how it is used/)
    assert.equal((await run(aRun, waiting)).stderr, '')
    assert.equal(server.connections(), 0)
    const shownAt = new Date(Date.now() - 61_000).toISOString()
    writeFileSync(noticePath(destination), JSON.stringify({shownAt, caller: null}))
    await run('usage_start', waiting)
    await eventually(() => assert.ok(server.connections() > 0))
  })

  itOnce(
    'keeps its events with the next try when there is no collector, and neither a substitution nor a lock waits for a silent one',
    needs('bash', 'curl', 'dash', 'flock'),
    async t => {
      const {run, events, destination} = makeScene(t)
      await run(aRun)
      await eventually(() => {
        assert.equal(JSON.parse(readFileSync(destination.paths.nextTry, 'utf8')).lastError.reason, 'offline')
      })
      await eventually(() => assert.deepEqual([readdirSync(destination.paths.sending), events().length], [[], 3]))
      const server = await silentServer(t)
      for (const shell of ['dash', 'bash']) {
        const scene = makeScene(t, server.url, [shell])
        const descriptor = shell === 'bash' ? 200 : 9
        const lock = `exec ${descriptor}>"$HOME/lock"; flock ${descriptor}; x=$(${aRun.replaceAll('\n', '; ')}; echo got); echo "$x"`
        const before = performance.now()
        const outcome = await scene.run(lock)
        assert.deepEqual([outcome.code, outcome.stdout], [0, 'got\n'])
        // The sender waits 8 s for a silent collector.
        assert.ok(performance.now() - before < 7_500)
        await eventually(() => void execFileSync('flock', ['-n', join(scene.home.home, 'lock'), 'true']))
        await eventually(() => assert.ok(server.connections() > 0))
      }
    },
  )

  itOnce('keeps all on 429 and waits as long as it was told', needs('curl'), async t => {
    const server = await answeringServer(t, (_request, response) => answer(response, 429, {}, {'Retry-After': '600'}))
    const {run, events, destination} = makeScene(t, server.url)
    await run(aRun)
    await eventually(() => assert.ok(existsSync(destination.paths.nextTry)))
    await eventually(() => assert.deepEqual([readdirSync(destination.paths.sending), events().length], [[], 3]))
    const {nextTryAt, lastError} = JSON.parse(readFileSync(destination.paths.nextTry, 'utf8'))
    assert.equal(lastError.reason, 'busy')
    assert.ok(Date.parse(nextTryAt) - Date.now() > 500_000)
    const count = server.requests.length
    await run('usage_feature Load.v1 Algorithm; usage_end')
    assert.equal(server.requests.length, count)
  })

  itOnce(
    'sends in halves what is too large or refused in part, until what is refused is alone and set aside',
    needs('curl'),
    async t => {
      const badName = 'Rebin.v1'
      const respond: Respond = (request, response) => {
        const {events} = reportOf(request)
        const at = events.findIndex(event => event.type === 'feature' && event.name === badName)
        if (events.length > 4) answer(response, 413, '')
        else if (at === -1) acceptAll(request, response)
        else {
          const rejected = [{index: at, id: events[at]?.id, code: 'no', message: 'a "no"'}]
          answer(response, 200, {accepted: events.length - 1, duplicates: 0, rejected})
        }
      }
      const server = await answeringServer(t, respond)
      const {run, usage, client, home} = makeScene(t, server.url)
      await run(
        'usage_start; for i in 1 2 3 4 5; do usage_feature Load.v1 Algorithm; done; usage_feature Rebin.v1 Algorithm; usage_end 0',
        waiting,
      )
      await runProgram(home, ['sh', client, 'send'])
      const [status] = (await usage('status')).projects
      assert.deepEqual([status.refused.events, status.waiting.events, status.sent.events], [1, 0, 7])
    },
  )

  itOnce(
    'loses nothing and counts nothing twice when its sender is killed before the answer, and before it has removed what was sent',
    needs('curl'),
    async t => {
      const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
      let isStored = false
      const stored = Promise.withResolvers<void>()
      const server = await answeringServer(t, async (request, response) => {
        if (isStored) {
          const passed = await fetch(`${collector.http}/v1/reports`, {
            method: 'POST',
            body: request.body,
            headers: {'content-type': 'application/json'},
          })
          answer(response, passed.status, await passed.text())
        } else {
          // The collector has it, and the answer never comes.
          await fetch(`${collector.http}/v1/reports`, {
            method: 'POST',
            body: request.body,
            headers: {'content-type': 'application/json'},
          })
          isStored = true
          stored.resolve()
        }
      })
      const {run, client, home, destination, events} = makeScene(t, server.url)
      await run(aRun, waiting)
      const {signal} = await runProgram(home, ['sh', client, 'send'], {killedAfter: stored.promise})
      assert.equal(signal, 'SIGKILL')
      assert.deepEqual([readdirSync(destination.paths.sending), events().length], [['sh'], 3])
      await runProgram(home, ['sh', client, 'send'])
      assert.equal(events().length, 3, 'a claim of the last minute stays')
      const past = new Date(Date.now() - 180_000)
      utimesSync(join(destination.paths.sending, 'sh'), past, past)
      await runProgram(home, ['sh', client, 'send'])
      assert.deepEqual([readdirSync(destination.paths.sending), events()], [[], []])
      const {runs, outcomes, features} = await collector.stats('demo')
      assert.deepEqual([runs.total, outcomes.failed, features[0]?.count], [1, 1, 1])
    },
  )

  for (const {name, command} of ofShare(clientShells, 4, 1))
    it(
      `harms no script of ${name}, whatever its options, its IFS, its home and its functions are`,
      needs(command[0]),
      async t => {
        for (const before of [
          'set -C; set -f',
          "IFS='0123456789abcdef-'",
          'set -x',
          'unset HOME XDG_STATE_HOME XDG_CONFIG_HOME',
          'chmod 500 "$HOME"; export XDG_STATE_HOME="$HOME/none"',
          'mkdir() { exit 9; }; mv() { exit 9; }; usage() { exit 9; }',
          'PATH=/nonexistent',
          'cd() { echo cd; command cd "$@"; }',
        ]) {
          const {run} = makeScene(t, nowhere, command)
          const outcome = await run(`umask 022\n${before}\n${aRun}\necho "went $? $-"\n(exit 5) || usage_end\numask`)
          assert.equal(outcome.code, 0, `${before}: ${outcome.stderr}`)
          assert.match(outcome.stdout, /^went 0 \S+\n0?022\n$/, before)
          assert.ok(before === 'set -x' || !outcome.stderr.includes('not found'), outcome.stderr)
          // Of what a call does, `set -x` shows one line.
          assert.doesNotMatch(outcome.stderr.replace(/_u_call \d _u_\w+/g, ''), /_u_/)
        }
        const {client, home, events} = makeScene(t, nowhere, command)
        const script = `set -eu; readonly IFS; . '${client}'; usage_start; usage_feature Load.v1; usage_end; echo on`
        const outcome = await runProgram(home, [...command, '-c', script])
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr, events()], [0, 'on\n', '', []])
        const blind = await runProgram(home, [...command, '-c', `PATH=; ${script.replace('readonly IFS; ', '')}`])
        assert.deepEqual([blind.code, blind.stdout, blind.stderr], [0, 'on\n', ''])
      },
    )

  itOnce('makes no global variable in zsh', needs('zsh'), async t => {
    const {client, home} = makeScene(t)
    const script = `setopt warn_create_global; . '${client}'; usage_start; usage_end`
    assert.equal((await runProgram(home, ['zsh', '-c', script])).stderr, '')
  })

  itOnce('sends nothing where nothing makes SHA-256, or there is no curl, and keeps all', needs('curl'), async t => {
    const server = await answeringServer(t)
    for (const absent of [['sha256sum', 'shasum', 'openssl'], ['curl']]) {
      const {run, events, home, client} = makeScene(t, server.url)
      await run(aRun, waiting)
      await runProgram(home, ['sh', client, 'preview'])
      const programs = join(home.home, 'programs')
      mkdirSync(programs)
      for (const name of readdirSync('/usr/bin').filter(one => !absent.includes(one)))
        symlinkSync(join('/usr/bin', name), join(programs, name))
      await runProgram(home, ['/bin/sh', client, 'send'], {environment: {PATH: programs}})
      assert.deepEqual([events().length, server.requests.length], [3, 0], absent[0])
    }
  })

  itOnce('drops what has waited for a month, and counts it', needs('bash'), async t => {
    const {run, events, usage, home, client, destination} = makeScene(t)
    await run('usage_start', waiting)
    const [name = ''] = readdirSync(destination.paths.waiting)
    const past = new Date(Date.now() - 31 * 86_400_000)
    utimesSync(join(destination.paths.waiting, name), past, past)
    await runProgram(home, ['bash', client, 'send'])
    assert.deepEqual(events(), [])
    assert.equal((await usage('status')).projects[0].dropped['too-old'], 1)
  })

  itOnce('removes what waits after a no, and counts it', async t => {
    const {run, events, home, usage} = makeScene(t)
    await run(aRun, waiting)
    mkdirSync(home.configDirectory, {recursive: true})
    writeFileSync(join(home.configDirectory, 'optout'), '')
    await run('usage_start')
    assert.deepEqual(events(), [])
    assert.equal((await usage('status')).projects[0].dropped['opted-out'], 3)
  })

  itOnce(
    'is one file of at most 72,000 bytes without what shellcheck finds, that says where it comes from',
    needs('shellcheck'),
    t => {
      const {client} = makeScene(t)
      const text = readFileSync(client, 'utf8')
      const bytes = Buffer.byteLength(makeClient('sh', exampleProject()))
      assert.ok(bytes <= 72_000, String(bytes))
      assert.match(text, /Counts the use of Demo\.\n# Made by `usage embed --lang sh`/)
      execFileSync('shellcheck', ['--severity=style', client], {stdio: ['ignore', 'inherit', 'inherit']})
    },
  )

  itOnce('is formatted as shfmt does, in lines of at most 100 characters', needs('shfmt'), t => {
    const quoted = makeProject({name: `It's "so" \`x\` $HOME \\`, writeKey: `a'b"c`})
    for (const project of [makeProject(), exampleProject(), quoted])
      assertShfmt(shClientOnDisk(isolatedHome(t).home, project), 'posix')
  })
})
