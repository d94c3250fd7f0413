import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {answerAlways, answeringServer, refusal, reportOf} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {ageSecret, headerCases} from '../support/header-cases.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {exampleProject, makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk, pythonScene, testedPythons} from '../support/python-client.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {longLines} from '../support/shell-format.ts'
import {silentServer} from '../support/silent-server.ts'
import {readTree} from '../support/tree.ts'

const nowhere = 'http://127.0.0.1:9'

const aRun = `usage.start(version="1.4.0", fields={"executors": 2})
usage.feature("Load.v1", "Algorithm", seconds=0.5, details={"format": "nexus"})
usage.end(3)`

for (const python of testedPythons) {
  describe(`the client of ${python}`, {concurrency: 2}, () => {
    itOnce('writes a run as the commands do, for its owner alone', needs('python3'), async t => {
      const {run, events, home, folder} = pythonScene(t, nowhere, python)
      const outcome = await run(`print(usage.consent()[0])\n${aRun}`, {environment: {USAGE_SENDER: ''}})
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'allowed\n', ''])
      assert.deepEqual(events(), [])
      await run(aRun, {environment: {USAGE_CONSENT: ''}})
      const [start, feature, end] = ['start', 'feature', 'end'].map(type => events().find(event => event.type === type))
      assert.ok(start?.type === 'start' && feature?.type === 'feature' && end?.type === 'end')
      assert.deepEqual([feature.run, end.run], [start.run, start.run])
      assert.deepEqual(
        [start.fields, start.header?.version, start.local?.script],
        [{executors: 2}, '1.4.0', join(folder, 'job.py')],
      )
      assert.deepEqual([feature.details, feature.durationSeconds, end.exitCode], [{format: 'nexus'}, 0.5, 3])
      assert.ok(end.durationSeconds !== null && end.durationSeconds < 30)
      for (const path of Object.keys(readTree(home.stateDirectory))) {
        const found = statSync(join(home.stateDirectory, path))
        assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, path)
      }
    })

    itOnce(
      'sends by itself what usage preview shows, each event once, and the log has it',
      needs('python3'),
      async t => {
        const server = await answeringServer(t)
        const {run, usage, events, destination} = pythonScene(t, server.url, python)
        assert.equal((await run(aRun)).code, 0)
        await eventually(() => assert.deepEqual([events(), readdirSync(destination.paths.sending)], [[], []]))
        const ids = server.requests.flatMap(request => reportOf(request).events.map(({id}) => id))
        assert.deepEqual([new Set(ids).size, ids.length], [3, 3])
        const logged = (await usage('log')).entries ?? (await usage('log'))
        assert.equal(logged.length, server.requests.length)
        const bodies = logged.map(({body}: {body: string}) => body).sort()
        assert.deepEqual(bodies, server.requests.map(({body}) => body).sort())
      },
    )
  })
}

describe('the client of Python', {concurrency: 2}, () => {
  itOnce('makes the bodies that usage makes of the same events, but for its own name', needs('python3'), async t => {
    const {run, home, folder, usage, destination} = pythonScene(t)
    await run(aRun, {environment: {USAGE_CONSENT: ''}})
    // The secret is made by whoever needs it first.
    const mine = await runProgram(home, ['python3', join(folder, 'usage_client.py'), 'preview'])
    assert.ok(existsSync(destination.directory))
    const [preview] = (await usage('preview')).projects ?? (await usage('preview'))
    const other = preview.reports.map(({body}: {body: string}) =>
      body.replace('"name":"usage"', '"name":"usage-python"'),
    )
    assert.deepEqual(mine.stdout.trim().split('\n'), other)
  })

  for (const {title, identity, environment, isNewSecret, header} of ofShare(headerCases, 2))
    it(`says in the header what the commands say: ${title}`, needs('python3'), async t => {
      const {run, home, folder, usage} = pythonScene(t, undefined, undefined, {identity})
      await run('usage.start(version="1.0")', {environment: {USAGE_CONSENT: '', ...environment}})
      const preview = () => runProgram(home, ['python3', join(folder, 'usage_client.py'), 'preview'])
      await preview()
      if (!isNewSecret) ageSecret(home)
      const body = (await preview()).stdout.trim()
      assert.partialDeepStrictEqual(JSON.parse(body).header, header)
      const [project] = (await usage('preview')).projects
      assert.equal(body, project.reports[0].body.replace('"name":"usage"', '"name":"usage-python"'))
    })

  itOnce('shares the buffer with the commands, which send its events as theirs', needs('python3'), async t => {
    const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
    const {bare, run, usage} = pythonScene(t, collector.http)
    await run(`${aRun}\nusage.start()`, {environment: {USAGE_CONSENT: ''}})
    await usage('start')
    await runUsage(bare, ['optin'])
    await eventually(async () => {
      await usage('flush')
      const {runs, outcomes, features} = await collector.stats('demo')
      assert.deepEqual([runs.total, outcomes.failed, features[0]?.count], [3, 1, 1])
    })
  })

  itOnce('keeps what the project does not declare, counts it, and never fails', needs('python3'), async t => {
    const {run, events, usage} = pythonScene(t)
    const wrong = `usage.feature("Nothing.v1"); usage.feature(None)
usage.start(fields={"executors": "many", "home": "/root"}, version="x" * 65)`
    const outcome = await run(wrong, {environment: {USAGE_CONSENT: ''}})
    assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
    const [event, ...others] = events()
    assert.ok(event?.type === 'start' && others.length === 0)
    assert.deepEqual([event.fields, event.header?.version], [{}, null])
    const [{dropped}] = (await usage('status')).projects
    assert.deepEqual([dropped['undeclared-feature'], dropped['undeclared-field']], [2, 3])
  })

  itOnce('leaves out what its project file no longer declares when it sends', needs('python3'), async t => {
    const {run, bare, home, folder} = pythonScene(t)
    await run(aRun, {environment: {USAGE_CONSENT: ''}})
    clientOnDisk(bare.home, projectOnDisk(bare.home, nowhere, {fields: {}, features: {}}).project)
    const {stdout} = await runProgram(home, ['python3', join(folder, 'usage_client.py'), 'preview'])
    const {events} = JSON.parse(stdout)
    assert.deepEqual(
      events.map(({type, fields}: {type: string; fields: object}) => [type, fields]),
      [
        ['start', {}],
        ['end', {}],
      ],
    )
  })

  itOnce(
    'says the notice once, and sends nothing before another caller starts a minute later',
    needs('python3'),
    async t => {
      const server = await silentServer(t)
      const {run, home, destination, project} = pythonScene(t, server.url)
      const environment = {USAGE_CONSENT: ''}
      const first = await run('usage.start()', {environment})
      assert.match(first.stderr, /counts how it is used[\s\S]*To stop it[\s\S]*optout\.d\/demo\n$/)
      assert.equal((await run('usage.start()', {environment})).stderr, '')
      assert.equal(server.connections(), 0)
      const marker = noticePath(destination)
      const content = JSON.parse(readFileSync(marker, 'utf8'))
      writeFileSync(marker, JSON.stringify({...content, shownAt: new Date(Date.now() - 61_000).toISOString()}))
      await run('usage.start()', {environment})
      assert.ok(existsSync(`${noticePath(destinationOf(home.stateDirectory, project))}.open`))
      await eventually(() => assert.ok(server.connections() > 0))
    },
  )

  itOnce(
    'keeps its events with the next try when the collector is away, and gives up in its time when it is silent',
    needs('python3'),
    async t => {
      for (const [http, reason] of [
        [nowhere, 'offline'],
        [(await silentServer(t)).url, null],
      ] as const) {
        const {run, events, destination} = pythonScene(t, http)
        const before = performance.now()
        await run(aRun)
        // The sender waits 8 s for a silent collector.
        assert.ok(performance.now() - before < 7_500)
        await eventually(() => assert.deepEqual([readdirSync(destination.paths.sending), events().length], [[], 3]))
        if (reason !== null)
          assert.equal(JSON.parse(readFileSync(destination.paths.nextTry, 'utf8')).lastError.reason, reason)
      }
    },
  )

  itOnce('takes up what a killed sender had claimed, and sets aside what is refused', needs('python3'), async t => {
    const server = await answeringServer(t, answerAlways(400, refusal('no')))
    const {run, usage, events, destination} = pythonScene(t, server.url)
    const claim = join(destination.paths.sending, 'python')
    mkdirSync(claim, {recursive: true, mode: 0o700})
    await run('usage.feature("Load.v1", "Algorithm")')
    assert.equal(events().length, 1)
    const past = new Date(Date.now() - 120_000)
    utimesSync(claim, past, past)
    await run('usage.start()')
    await eventually(async () => {
      const [status] = (await usage('status')).projects
      assert.deepEqual([status.refused.events, status.waiting.events], [2, 0])
    })
  })

  itOnce('removes what waits after a no', needs('python3'), async t => {
    const {run, events, home} = pythonScene(t)
    await run(aRun, {environment: {USAGE_CONSENT: ''}})
    assert.equal(events().length, 3)
    mkdirSync(home.configDirectory, {recursive: true})
    writeFileSync(join(home.configDirectory, 'optout'), '')
    await run('usage.start()')
    assert.deepEqual(events(), [])
  })

  itOnce(
    'leaves its program no child to wait for, and says nothing of its sender in the mode of developers',
    needs('python3'),
    async t => {
      const server = await silentServer(t)
      const {run} = pythonScene(t, server.url)
      const waiting = `usage.start()
import os
try: print(os.wait())
except ChildProcessError: print("no child")`
      const outcome = await run(waiting, {environment: {PYTHONDEVMODE: '1'}})
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'no child\n', ''])
      await eventually(() => assert.ok(server.connections() > 0))
    },
  )

  itOnce('writes no notice into a file of a program whose standard error is closed', needs('python3'), async t => {
    const {home, folder} = pythonScene(t)
    const file = join(folder, 'job.py')
    writeFileSync(
      file,
      `import sys
data = open(sys.argv[1], "wb")
import usage_client as usage
print(data.fileno(), usage.start() is not None)`,
    )
    const data = join(home.home, 'data')
    const outcome = await runProgram(home, ['sh', '-c', 'exec "$@" 2>&-', 'sh', 'python3', file, data], {
      environment: {USAGE_CONSENT: ''},
    })
    assert.deepEqual([outcome.stdout, readFileSync(data, 'utf8')], ['2 True\n', ''])
  })

  itOnce('records the start of a program whose working folder is gone', needs('python3'), async t => {
    const {run, events} = pythonScene(t)
    const script = `import os, sys, tempfile
os.chdir(tempfile.mkdtemp())
os.rmdir(os.getcwd())
sys.argv[0] = "job.py"
usage.start()`
    await run(script, {environment: {USAGE_CONSENT: ''}})
    assert.deepEqual(
      events().map(({type, local}) => [type, local?.script]),
      [['start', null]],
    )
  })

  itOnce(
    'is one file of at most 85,000 bytes, in lines of at most 100 characters, that says where it comes from',
    () => {
      const text = makeClient('python', exampleProject())
      assert.ok(Buffer.byteLength(text) <= 85_000, String(Buffer.byteLength(text)))
      assert.deepEqual(longLines(text), [])
      assert.match(text, /Counts the use of Heatflow\.\n\nMade by `usage embed --lang python`/)
    },
  )
})

itOnce('refuses to make a client that could not send: USAGE_WRONG_USE', async t => {
  const home = isolatedHome(t)
  const {path} = projectOnDisk(home.home, nowhere, {endpoint: {udp: '127.0.0.1:9'}})
  const {code, stderr} = await runUsage(home, ['embed', '--lang', 'python', '--project-file', path])
  assert.deepEqual([code, /USAGE_WRONG_USE/.test(stderr)], [2, true])
})
