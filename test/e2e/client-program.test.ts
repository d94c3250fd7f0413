import assert from 'node:assert/strict'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {readSettings} from '../../src/reporter/consent/settings.ts'
import {projectOptOutPath, userOptOutPath} from '../../src/reporter/world/directories.ts'
import {needs, type Tool} from '../support/needs.ts'
import {clientOnDisk, pythonScene} from '../support/python-client.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const clients: readonly {readonly name: string; readonly program: Tool; readonly command: string}[] = [
  {name: 'Python', program: 'python3', command: 'python3'},
  {name: 'shells', program: 'dash', command: 'sh'},
]

/** A home in which nobody has decided, a client in it, a job that starts a run, and the client as a program. */
function makeScene(t: TestContext, name: string, changes: Readonly<Record<string, unknown>> = {}) {
  const {home: bare, project, destination} = pythonScene(t, undefined, undefined, changes)
  const home = {...bare, environment: {...bare.environment, USAGE_CONSENT: ''}}
  const isPython = name === 'Python'
  const file = isPython ? join(clientOnDisk(home.home, project), 'usage_client.py') : shClientOnDisk(home.home, project)
  const job = join(file, '..', isPython ? 'job.py' : 'job.sh')
  writeFileSync(job, isPython ? 'import usage_client\nusage_client.start("1")\n' : `. '${file}'\nusage_start 1\n`)
  const program = isPython ? 'python3' : 'dash'
  const environment = {COLUMNS: '60'}
  return {
    home,
    project,
    destination,
    file,
    start: () => runProgram(home, [program, job], {environment}),
    run: (...words: string[]) => runProgram(home, [program, file, ...words], {environment}),
  }
}

for (const {name, program, command} of clients)
  describe(`the one-file client for ${name} as a program`, {concurrency: 2}, () => {
    it(
      'is what the notice names, with its variable and file, and not a program that may be missing',
      needs(program),
      async t => {
        const {start, file, home} = makeScene(t, name)
        const {stderr} = await start()
        assert.match(stderr, /^Demo counts how it is used: /)
        assert.ok(
          stderr.includes(`\n  To see it: ${command} ${file} status\n  To stop it: ${command} ${file} optout\n`),
          stderr,
        )
        assert.match(stderr, /\n {2}or set DEMO_TRACKING=false, or create the file\n/)
        assert.ok(stderr.endsWith(`\n    ${projectOptOutPath(home.configDirectory, 'demo')}\n`), stderr)
        assert.doesNotMatch(stderr, /usage (?:optout|status)/)
        const width = name === 'Python' ? 60 : 80
        const long = stderr.split('\n').filter(line => line.length > width && !line.includes(home.home))
        assert.deepEqual(long, [])
      },
    )

    it('opts out and in as the commands do, and says so', needs(program), async t => {
      const {start, run, file, home, destination} = makeScene(t, name)
      await start()
      const waiting = await run('status')
      assert.match(waiting.stdout, /^demo {2}waiting\n {2}Decided by {2}notice-pending\n/)
      assert.match(waiting.stdout, /\n {2}Waiting {5}1 /)
      assert.ok(waiting.stdout.includes(`To opt out: ${command} ${file} optout\nTo opt in: ${command} ${file} optin\n`))
      assert.match(waiting.stdout, /\n {2}Sent log {4}0 reports, in .*\/sent\n/)
      assert.match(waiting.stdout, /\nTo erase what was sent: usage forget demo .*\nQuestions: \S+@\S+\n$/)
      mkdirSync(join(destination.directory, 'sent'), {recursive: true})
      writeFileSync(join(destination.directory, 'sent', 'a.json'), '')
      assert.match((await run('status')).stdout, /\n {2}Sent log {4}1 reports, in /)
      const out = await run('optout')
      assert.deepEqual([out.code, out.stderr], [0, ''])
      assert.ok(out.stdout.startsWith(`Opted out of demo: nothing is recorded or sent.\n  ${home.configDirectory}`))
      assert.ok(out.stdout.includes(`To opt in: ${command} ${file} optin\n`))
      await start()
      assert.deepEqual(waitingEvents(home.stateDirectory), [])
      assert.match((await run('status')).stdout, /^demo {2}off\n {2}Decided by {2}project-opt-out \(/)
      const back = await run('optin')
      assert.deepEqual([back.code, back.stdout], [0, `Opted in to demo.\nTo opt out: ${command} ${file} optout\n`])
      assert.match((await run('status')).stdout, /^demo {2}on\n {2}Decided by {2}allowed\n/)
      const settings = readSettings(home.configDirectory, 'demo')
      assert.equal(settings?.answer?.notBefore, settings?.answer?.yesAt)
      const [status] = JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects
      assert.deepEqual([status.consent.allowed, status.consent.sending, status.dropped['opted-out']], [true, true, 1])
      assert.ok(existsSync(destination.directory))
    })

    it('says which other opt-out stays after an opt-in', needs(program), async t => {
      const {run, home} = makeScene(t, name)
      await runUsage(home, ['optout'])
      const {code, stdout} = await run('optin')
      assert.equal(code, 0)
      const file = userOptOutPath(home.configDirectory)
      assert.match(stdout, /^The opt-in to demo is saved, but recording is still off: user-opt-out \(/)
      assert.ok(stdout.includes(`(${file})`))
    })

    it('refuses other words in one line, and prints nothing else', needs(program), async t => {
      const {run, file, home} = makeScene(t, name)
      for (const words of [['start'], ['status', 'now'], ['--help'], []]) {
        const {code, stdout, stderr} = await run(...words)
        assert.deepEqual([code, stdout], [2, ''])
        assert.ok(
          stderr.startsWith(
            `Got ${words.join(' ') || 'nothing'}. Usage: ${command} ${file} status|preview|optout|optin`,
          ),
        )
        assert.equal(stderr.split('\n').length, 2)
      }
      assert.ok(!existsSync(home.stateDirectory))
    })

    it('fails where the decision cannot be kept, and says what opts out', needs(program), async t => {
      const {run, home} = makeScene(t, name)
      writeFileSync(join(home.home, '.settings'), '')
      for (const word of ['optout', 'optin']) {
        const {code, stdout, stderr} = await run(word)
        assert.deepEqual([code, stdout], [1, ''])
        assert.match(stderr, new RegExp(`^${word}: .*\\nTo opt out without this file, set USAGE_TRACKING=false\\.\\n$`))
      }
    })
  })
