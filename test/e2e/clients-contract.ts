import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {parseBufferFile} from '../../src/protocol/report/buffered-event.ts'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {acceptAll, answer, answeringServer, type Respond, refusal, reportOf} from '../support/answering-server.ts'
import {aRunOf, type ClientDriver, clientEnvironment, fill, prepareClient, stepsOf} from '../support/client-driver.ts'
import {eventually} from '../support/eventually.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {type RunOptions, runProgram, runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {type itOnce, ofShare} from '../support/share.ts'
import {unsureParts} from '../support/unsure-parts.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** A home with the client of a driver, and the client for shells as a caller with a run of its own. */
export function makeClientScene(
  driver: ClientDriver,
  t: TestContext,
  http = 'http://127.0.0.1:9',
  changes: Readonly<Record<string, unknown>> = {},
) {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http, changes)
  const folder = join(bare.home, '..', 'client')
  prepareClient(driver, folder, path, project, bare.environment)
  const destination = destinationOf(bare.stateDirectory, project)
  const said = {
    ...clientEnvironment(driver, folder, path),
    SENDING: destination.paths.sending,
    CALLER: shClientOnDisk(bare.home, project),
  }
  const home: IsolatedHome = {...bare, environment: {...bare.environment, ...said}}
  const yes = {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const run = (script: string, environment = {}, options: RunOptions = {}) =>
    runProgram(home, ['sh', '-c', script], {environment, ...options})
  const usage = async (...args: string[]) =>
    JSON.parse((await runUsage(bare, [...args, '--project-file', path, '--json'])).stdout)
  return {home, project, destination, run, usage, yes, events: () => waitingEvents(home.stateDirectory)}
}

/** The steps and words of a driver that the tests below use. */
const wordsOf = (driver: ClientDriver) => ({
  load: (...steps: string[]) => stepsOf(driver, ...steps),
  start: driver.start,
  feature: fill(driver.feature, {NAME: 'Load.v1'}),
  end: fill(driver.end, {CODE: 3}),
})

/** What every client does when it records. `once` declares a test of which one run suffices. */
export function clientRecords(driver: ClientDriver, once: typeof itOnce): void {
  const {name, tools, consent} = driver
  const {load, start, feature} = wordsOf(driver)
  const makeScene = makeClientScene.bind(null, driver)
  describe(`the client of ${name}`, {concurrency: 2}, () => {
    if (consent !== undefined)
      once(
        'says no at once to settings that nobody writes to the end or that are too deep',
        needs('python3', ...tools),
        async t => {
          const {run, home} = makeScene(t)
          const settings = `${home.configDirectory}/settings.json`
          const deep = `python3 -c 'print(50000 * "[")' >`
          for (const make of ['mkfifo', 'rm -f S; head -c 40000 /dev/zero | tr "\\0" "{" >', `rm -f S; ${deep}`]) {
            await run(`mkdir -p ${home.configDirectory}; ${make.replace('S', settings)} ${settings}`)
            const {stdout, signal} = await run(consent, {}, {timeoutSeconds: 20})
            assert.deepEqual([stdout.trim(), signal], ['settings-unreadable', null], make)
          }
        },
      )
    once('keeps what a project says to the letter, were it a place of the template', needs(...tools), async t => {
      const purpose = ['@CONSTANTS@ @PROJECT@ @VARIABLE@ @QUIET@ @LOUD@', `'"$(exit 1)\`exit 2\`\\`]
      const {run, destination} = makeScene(t, undefined, {purpose})
      await run(load(start))
      assert.deepEqual(JSON.parse(readFileSync(destination.paths.project, 'utf8')).purpose, purpose)
    })

    once('writes what the schema of event files wants', needs(...tools), async t => {
      const {run, destination} = makeScene(t)
      await run(aRunOf(driver))
      const files = readdirSync(destination.paths.waiting)
      assert.equal(files.length, 3)
      for (const file of files) {
        const parsed = parseBufferFile(
          readFileSync(join(destination.paths.waiting, file), 'utf8'),
          '2026-01-01T00:00:00Z',
        )
        assert.ok(parsed.kind === 'events' && parsed.events[0]?.id === file.replace('.json', ''))
      }
    })

    once(
      'counts what is called by sh -c, in $(…), pipes and subshells for the run of the one that calls, and a nested run for itself',
      needs(...tools),
      async t => {
        const inner = load(feature).replaceAll("'", `'"'"'`)
        const callers: readonly (readonly [string, string])[] = [
          ['sh -c', `sh -c '${inner}'`],
          ['a substitution', `x=$(${load(feature)}); :`],
          ['a pipe', `echo | ${load(feature)} | cat`],
          ['a subshell', `(${load(feature)}; :)`],
        ]
        for (const [what, script] of callers) {
          const {run, events} = makeScene(t)
          // The caller is a shell script that has its own run, by the client for shells.
          await run(`. "$CALLER"; usage_start; ${script}; usage_end 0`)
          const [run0, ...others] = new Set(events().map(event => event.run))
          assert.ok(typeof run0 === 'string' && others.length === 0, what)
          assert.deepEqual(
            events()
              .map(({type}) => type)
              .sort(),
            ['end', 'feature', 'start'],
            what,
          )
        }
        const {run, events} = makeScene(t)
        await run(`. "$CALLER"; usage_start; ${aRunOf(driver)}; usage_feature Save.v1 Algorithm; usage_end 0`)
        const runOf = (is: (event: ReturnType<typeof events>[number]) => boolean) => events().find(is)?.run
        const within = runOf(event => event.type === 'end' && event.exitCode === 3)
        const outer = runOf(event => event.type === 'end' && event.exitCode === 0)
        assert.ok(within !== outer)
        assert.equal(
          runOf(event => event.type === 'feature' && event.name === 'Load.v1'),
          within,
        )
        assert.equal(
          runOf(event => event.type === 'feature' && event.name === 'Save.v1'),
          outer,
        )
      },
    )
  })
}

/**
 * What a client does that sends. `nth`: of the answers that are none, a share of the tests takes those that begin there.
 */
export function clientSends(driver: ClientDriver, nth: number, once: typeof itOnce): void {
  const {name, claim = '', tools, send} = driver
  if (send === undefined) return
  const {load, start, feature, end} = wordsOf(driver)
  const makeScene = makeClientScene.bind(null, driver)
  describe(`the sender of ${name}`, {concurrency: 2}, () => {
    it('confirms nothing and waits for the next try on an answer that is none', needs(...tools), async t => {
      const hostile: readonly Respond[] = [
        (_, response) => answer(response, 200, '{"accepted":08,"duplicates":0,"rejected":[]}'),
        (_, response) => answer(response, 200, '{"a":'.repeat(5_000)),
        (_, response) => answer(response, 200, '['.repeat(32_000)),
        (_, response) => answer(response, 200, `{"rejected":[${'1,'.repeat(16_000)}1]}`),
        (_, response) => answer(response, 200, {accepted: 4, duplicates: 0, rejected: []}),
        (_, response) => answer(response, 503, '', {'Retry-After': '00099'}),
        (_, response) => answer(response, 503, '', {'Retry-After': '9'.repeat(5_000)}),
        (_, response) => answer(response, 307, '', {Location: 'http://127.0.0.1:9/'}),
        (_, response) => {
          const chunk = Buffer.alloc(1 << 20, '[')
          const write = () => {
            while (response.write(chunk));
          }
          response.on('drain', write).on('error', () => {})
          write()
        },
      ]
      for (const [index, respond] of ofShare(hostile, 4, nth).entries()) {
        const server = await answeringServer(t, respond)
        const {run, yes, events, destination} = makeScene(t, server.url)
        await run(aRunOf(driver))
        const {signal} = await run(send, yes, {timeoutSeconds: 30})
        assert.deepEqual([signal, events().length], [null, 3], `answer ${index}`)
        assert.equal(JSON.parse(readFileSync(destination.paths.nextTry, 'utf8')).failures, 1, `answer ${index}`)
      }
    })

    once('sends reports that a collector reads the quick way', needs(...tools), async t => {
      const server = await answeringServer(t)
      const {run, yes} = makeScene(t, server.url)
      await run(aRunOf(driver))
      await run(send, yes)
      assert.ok(server.requests.length > 0)
      for (const request of server.requests) assert.deepEqual(unsureParts(reportOf(request)), [])
    })

    once('shows its key to the collector, and not to who lists processes', needs('ps', ...tools), async t => {
      const writeKey = 'k-"\\-$HOME'
      let seen = ''
      const server = await answeringServer(t, (request, response) => {
        seen = execFileSync('ps', ['-eo', 'args'], {encoding: 'utf8'})
        acceptAll(request, response)
      })
      const {run, yes, home} = makeScene(t, server.url, {writeKey})
      const version = collectionVersion(projectOnDisk(home.home, server.url, {writeKey}).project)
      await run(load(start))
      await run(send, {...yes, USAGE_CONSENT: `demo@${version}`})
      assert.equal(server.requests[0]?.headers.authorization, `Bearer ${writeKey}`)
      assert.ok(!seen.includes(writeKey))
    })

    once('sends nothing from before the yes, and counts it', needs(...tools), async t => {
      const server = await answeringServer(t)
      const {run, usage, home, events} = makeScene(t, server.url)
      await run(load(start))
      const folder = join(home.configDirectory, 'optin.d')
      mkdirSync(folder, {recursive: true})
      const soon = new Date(Date.now() + 600_000).toISOString()
      writeFileSync(join(folder, 'demo.json'), JSON.stringify({yesAt: soon, notBefore: soon}, null, 2))
      writeFileSync(
        `${noticePath(destinationOf(home.stateDirectory, projectOnDisk(home.home, server.url).project))}.open`,
        '',
      )
      await run(send)
      assert.deepEqual([events(), server.requests.length], [[], 0])
      assert.equal((await usage('status')).projects[0].dropped['before-consent'], 1)
    })

    once(
      'sends in halves what is too large, and sets aside an event that is too large alone',
      needs(...tools),
      async t => {
        const server = await answeringServer(t, (request, response) => {
          const {events} = reportOf(request)
          const isTooLarge = events.length > 2 || events.some(event => event.type === 'end')
          if (isTooLarge) answer(response, 413, refusal('too large'))
          else acceptAll(request, response)
        })
        const {run, usage, yes} = makeScene(t, server.url)
        await run(load(start, feature, fill(driver.feature, {NAME: 'Rebin.v1'}), end))
        await run(send, yes)
        const [status] = (await usage('status')).projects
        assert.deepEqual([status.refused.events, status.waiting.events, status.sent.events], [1, 0, 3])
      },
    )

    once(
      'loses nothing and counts nothing twice when its sender is killed after the collector has stored and before it has said so',
      needs(...tools),
      async t => {
        const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
        let stored = 0
        const isStored = Promise.withResolvers<void>()
        const server = await answeringServer(t, async ({body}, response) => {
          const headers = {'content-type': 'application/json'}
          const passed = await fetch(`${collector.http}/v1/reports`, {method: 'POST', body, headers})
          const text = await passed.text()
          if (stored++ > 0) answer(response, passed.status, text)
          isStored.resolve()
        })
        const {run, yes, destination, events} = makeScene(t, server.url)
        await run(aRunOf(driver))
        const killed = await run(send, yes, {killedAfter: isStored.promise})
        assert.deepEqual([stored, killed.signal, killed.stderr], [1, 'SIGKILL', ''])
        assert.deepEqual([readdirSync(destination.paths.sending), events().length], [[claim], 3])
        const past = new Date(Date.now() - 180_000)
        utimesSync(join(destination.paths.sending, claim), past, past)
        await run(load(start), yes)
        await eventually(() => assert.deepEqual([readdirSync(destination.paths.sending), events()], [[], []]))
        const {runs, outcomes, features} = await collector.stats('demo')
        assert.deepEqual([runs.total, outcomes.failed, features[0]?.count], [2, 1, 1])
      },
    )
  })
}
