import assert from 'node:assert/strict'
import {existsSync, mkdirSync, realpathSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import {readSettings} from '../../src/reporter/consent/settings.ts'
import {projectOptOutPath, userOptOutPath} from '../../src/reporter/world/directories.ts'
import {cClientOnDisk} from '../support/c-client.ts'
import {needs, type Tool} from '../support/needs.ts'
import {clientOnDisk, pythonScene} from '../support/python-client.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** A client as a program: how people start it, and how a job that starts a run does. */
export interface ClientProgram {
  readonly name: string
  readonly program: Tool
  /** Writes the client and returns its file. */
  readonly write: (directory: string, project: ProjectFile) => string
  /** The words before the file. */
  readonly command: readonly string[]
  /** The words that start a run, and the text of the job that they may name. */
  readonly job: (file: string) => readonly [words: readonly [string, ...string[]], text: string]
  /** The width of texts in a terminal of 60 columns. */
  readonly width: number
}

export const programs: Readonly<Record<'python' | 'sh' | 'c', ClientProgram>> = {
  python: {
    name: 'Python',
    program: 'python3',
    write: (directory, project) => join(clientOnDisk(directory, project), 'usage_client.py'),
    command: ['python3'],
    job: file => [['python3', join(file, '..', 'job')], 'import usage_client\nusage_client.start("1")\n'],
    width: 60,
  },
  sh: {
    name: 'shells',
    program: 'dash',
    write: shClientOnDisk,
    command: ['sh'],
    job: file => [['dash', join(file, '..', 'job')], `. '${file}'\nusage_start 1\n`],
    width: 80,
  },
  c: {
    name: 'C',
    program: 'gcc',
    write: (directory, project) => realpathSync(join(cClientOnDisk(directory, project), 'demo-usage')),
    command: [],
    job: file => [[file, 'start', '1'], ''],
    width: 60,
  },
}

/** A home in which nobody has decided, a client in it, a job that starts a run, and the client as a program. */
function makeScene(t: TestContext, client: ClientProgram, changes: Readonly<Record<string, unknown>> = {}) {
  const {home: bare, project, destination} = pythonScene(t, undefined, undefined, changes)
  const home = {...bare, environment: {...bare.environment, USAGE_CONSENT: ''}}
  const file = client.write(home.home, project)
  const [job, text] = client.job(file)
  if (text !== '') writeFileSync(job[1] ?? '', text)
  const environment = {COLUMNS: '60'}
  const command = [...client.command, file] as unknown as [string, ...string[]]
  return {
    home,
    project,
    destination,
    own: command.join(' '),
    start: () => runProgram(home, job, {environment}),
    run: (...words: string[]) => runProgram(home, [...command, ...words], {environment}),
  }
}

/** What people read of a client, and what they can do with it. */
export function clientIsAProgram(client: ClientProgram): void {
  const {name, program, width} = client
  describe(`the one-file client for ${name} as a program`, {concurrency: 2}, () => {
    it(
      'is what the notice names, with its variable and file, and not a program that may be missing',
      needs(program),
      async t => {
        const {start, own, home} = makeScene(t, client)
        const {stderr} = await start()
        assert.match(stderr, /^Demo counts how it is used: /)
        assert.ok(stderr.includes(`\n  To see it: ${own} status\n  To stop it: ${own} optout\n`), stderr)
        assert.match(stderr, /\n {2}or set DEMO_TRACKING=false, or create the file\n/)
        assert.ok(stderr.endsWith(`\n    ${projectOptOutPath(home.configDirectory, 'demo')}\n`), stderr)
        assert.doesNotMatch(stderr, /usage (?:optout|status)/)
        const long = stderr
          .split('\n')
          .filter(line => line.length > width && !line.includes(home.home) && !line.includes(own))
        assert.deepEqual(long, [])
      },
    )

    it('opts out and in as the commands do, and says so', needs(program), async t => {
      const {start, run, own, home, destination} = makeScene(t, client)
      await start()
      const waiting = await run('status')
      assert.match(waiting.stdout, /^demo {2}waiting\n {2}Decided by {2}notice-pending\n/)
      assert.match(waiting.stdout, /\n {2}Waiting {5}1 /)
      assert.ok(waiting.stdout.includes(`To opt out: ${own} optout\nTo opt in: ${own} optin\n`))
      assert.match(waiting.stdout, /\n {2}Sent log {4}.*\/sent, entries: 0\n/)
      assert.match(waiting.stdout, /\nTo erase what was sent: usage forget demo .*\nQuestions: \S+@\S+\n$/)
      mkdirSync(join(destination.directory, 'sent'), {recursive: true})
      writeFileSync(join(destination.directory, 'sent', 'a.json'), '')
      assert.match((await run('status')).stdout, /\n {2}Sent log {4}.*\/sent, entries: 1\n/)
      const out = await run('optout')
      assert.deepEqual([out.code, out.stderr], [0, ''])
      assert.ok(out.stdout.startsWith(`Opted out of demo: nothing is recorded or sent.\n  ${home.configDirectory}`))
      assert.ok(out.stdout.includes(`To opt in: ${own} optin\n`))
      await start()
      assert.deepEqual(waitingEvents(home.stateDirectory), [])
      assert.match((await run('status')).stdout, /^demo {2}off\n {2}Decided by {2}project-opt-out \(/)
      const back = await run('optin')
      assert.deepEqual([back.code, back.stdout], [0, `Opted in to demo.\nTo opt out: ${own} optout\n`])
      assert.match((await run('status')).stdout, /^demo {2}on\n {2}Decided by {2}allowed\n/)
      const settings = readSettings(home.configDirectory, 'demo')
      assert.equal(settings?.answer?.notBefore, settings?.answer?.yesAt)
      const [status] = JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects
      assert.deepEqual([status.consent.allowed, status.consent.sending, status.dropped['opted-out']], [true, true, 1])
      assert.ok(existsSync(destination.directory))
    })

    it('says which other opt-out stays after an opt-in', needs(program), async t => {
      const {run, home} = makeScene(t, client)
      await runUsage(home, ['optout'])
      const {code, stdout} = await run('optin')
      assert.equal(code, 0)
      const file = userOptOutPath(home.configDirectory)
      assert.match(stdout, /^The opt-in to demo is saved, but recording is still off: user-opt-out \(/)
      assert.ok(stdout.includes(`(${file})`))
    })

    it('refuses other words in one line, and prints nothing else', needs(program), async t => {
      const {run, own, home} = makeScene(t, client)
      for (const words of [['wrong'], ['status', 'now'], ['--help'], []]) {
        const {code, stdout, stderr} = await run(...words)
        assert.deepEqual([code, stdout], [2, ''])
        assert.ok(stderr.startsWith(`Got ${words.join(' ') || 'nothing'}. Usage: ${own} status|preview|optout|optin`))
        assert.equal(stderr.split('\n').length, 2)
      }
      assert.ok(!existsSync(home.stateDirectory))
    })

    it('fails where the decision cannot be kept, and says what opts out', needs(program), async t => {
      const {run, home} = makeScene(t, client)
      writeFileSync(join(home.home, '.settings'), '')
      for (const word of ['optout', 'optin']) {
        const {code, stdout, stderr} = await run(word)
        assert.deepEqual([code, stdout], [1, ''])
        assert.match(stderr, new RegExp(`^${word}: .*\\nTo opt out without this file, set USAGE_TRACKING=false\\.\\n$`))
      }
    })
  })
}
