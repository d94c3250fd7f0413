import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {pathToFileURL} from 'node:url'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {clientShells, shClientOnDisk} from '../support/sh-client.ts'
import {waitingEvents} from '../support/waiting-events.ts'

interface Client {
  readonly name: string
  readonly command: readonly [Tool, ...string[]]
}
const python: Client = {name: 'Python', command: ['python3']}
const clients: readonly Client[] = [python, ...clientShells]

/** A person whose reports go into a folder, with a blank and a quote in its name, and a client that records a run. */
function makeScene(t: TestContext, {name, command}: Client, more: Readonly<Record<string, string>> = {}) {
  const bare = isolatedHome(t)
  const inbox = join(bare.home, "in 'box'")
  mkdirSync(inbox)
  const url = pathToFileURL(inbox).href
  const {path, project} = projectOnDisk(bare.home, '', {endpoint: {file: url, ...more}})
  const client =
    name === 'Python' ? join(clientOnDisk(bare.home, project), 'usage_client.py') : shClientOnDisk(bare.home, project)
  const job = join(client, '..', 'job')
  const [ofPython, ofShell] = [
    'import usage_client\nusage_client.start("1")\nusage_client.feature("Load.v1", "Algorithm")\nusage_client.end(3)\n',
    `. '${client}'\numask 077\nusage_start 1\nusage_feature Load.v1 Algorithm\nusage_end 3\n`,
  ]
  writeFileSync(job, name === 'Python' ? ofPython : ofShell)
  const said = {PATH: '/usr/bin:/bin', USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const home = {...bare, environment: {...bare.environment, ...said}}
  const usage = async (...args: string[]) =>
    JSON.parse((await runUsage(bare, [...args, '--project-file', path, '--json'])).stdout)
  return {
    inbox,
    url,
    usage,
    paths: destinationOf(bare.stateDirectory, project).paths,
    record: (environment = {}) => runProgram(home, [...command, job], {environment}),
    run: (word: string, environment = {}) => runProgram(home, [...command, client, word], {environment}),
    events: () => waitingEvents(bare.stateDirectory),
    reports: () => readdirSync(inbox).filter(one => !one.startsWith('.')),
  }
}

const waits = {USAGE_CONSENT: ''}

for (const client of clients)
  describe(`the one-file client of ${client.name} for a folder`, {concurrency: 2}, () => {
    it('lays there what it previews, for the group, and status and log know it', needs(client.command[0]), async t => {
      const {record, run, usage, reports, inbox, url, events, paths} = makeScene(t, client)
      await record(waits)
      const bodies = (await run('preview')).stdout.trimEnd().split('\n')
      await record()
      await eventually(() => assert.deepEqual([events(), readdirSync(paths.sending)], [[], []]))
      const files = reports().map(name => ({name, text: readFileSync(join(inbox, name), 'utf8')}))
      for (const {name, text} of files) {
        assert.equal(name, `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.json`)
        assert.equal(statSync(join(inbox, name)).mode & 0o777, 0o640)
      }
      const laid = files.flatMap(({text}) => JSON.parse(text).events)
      assert.deepEqual([laid.length, new Set(laid.map(({id}) => id)).size], [6, 6])
      const ids = bodies.flatMap(body => JSON.parse(body).events.map(({id}: {id: string}) => id))
      assert.deepEqual(ids.filter((id: string) => laid.some(event => event.id === id)).length, 3)
      const logged: {endpoint: string; body: string; status: number; answer: string}[] = (await usage('log')).entries
      assert.deepEqual(new Set(logged.map(({body}) => body)), new Set(files.map(({text}) => text)))
      for (const {endpoint, status, answer} of logged) {
        assert.deepEqual([endpoint, status], [url, 0])
        assert.match(answer, /^written to the folder as [0-9a-f]{32}\.json; delivery is not confirmed$/)
      }
      const [{sent, waiting}] = (await usage('status')).projects
      assert.deepEqual([sent.events, sent.unconfirmed, waiting.events], [6, 6, 0])
      assert.ok((await run('status')).stdout.includes(`Goes to     ${url}\n`))
    })

    it('keeps its events while the folder is missing, and never makes it', needs(client.command[0]), async t => {
      const {record, events, inbox, paths} = makeScene(t, client, {http: 'http://127.0.0.1:9'})
      renameSync(inbox, `${inbox}-away`)
      await record()
      await eventually(() => {
        assert.equal(JSON.parse(readFileSync(paths.nextTry, 'utf8')).lastError.reason, 'no-folder')
        assert.deepEqual([readdirSync(paths.sending), events().length], [[], 3])
      })
      assert.ok(!existsSync(inbox))
    })
  })

describe('reports that one-file clients laid into a folder', () => {
  it('are read by a collector, and removed', needs('python3', 'dash'), async t => {
    for (const client of clients.slice(0, 2)) {
      const {record, reports, events, inbox} = makeScene(t, client)
      await record()
      await eventually(() => assert.deepEqual([events().length, reports().length > 0], [0, true]))
      chmodSync(inbox, 0o700)
      const collector = await runningCollector(t, isolatedHome(t), [makeProject()], '127.0.0.1:0', ['--inbox', inbox])
      await eventually(async () => {
        const {runs, outcomes, features} = await collector.stats('demo')
        assert.deepEqual([runs.total, outcomes.failed, features[0]?.count, reports().length], [1, 1, 1, 0])
      })
    }
  })

  it('are taken back by usage forget', needs('python3'), async t => {
    const scene = makeScene(t, python)
    await scene.record()
    await eventually(() => assert.deepEqual([scene.events().length, scene.reports().length > 0], [0, true]))
    await scene.usage('forget')
    assert.deepEqual(scene.reports(), [])
  })
})
