import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import type {SentReport} from '../../src/reporter/destination/sent-log.ts'
import {eventually} from '../support/eventually.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runShell, runUsage} from '../support/run-program.ts'
import {collectorHere, runningCollector} from '../support/running-collector.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {readTree} from '../support/tree.ts'

/** A script with a start, two features and an end, that ends with a code of its caller's choice. */
const script = `command usage start --script /home/ada/analysis.sh --app-version 3.5.2 --field executors=2
command usage feature Load.v1 --type Algorithm --duration 0.25 --detail format=nexus
command usage feature Rebin.v1 --type Algorithm --internal --count 3
command usage end --exit-code "$1"
`

/** A home whose person reports to a collector, and has said yes by the variable of an image. */
async function reportingHome(t: TestContext, open: typeof collectorHere | typeof runningCollector = collectorHere) {
  const home = isolatedHome(t)
  const collector = await open(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
  const {path, project} = projectOnDisk(home.home, collector.http)
  const environment = {
    ...home.environment,
    USAGE_PROJECT_FILE: path,
    USAGE_CONSENT: `demo@${collectionVersion(project)}`,
  }
  return {home: {...home, environment}, collector}
}

/** Another person on the same machine: a home of their own, the same project. */
function neighbour(t: TestContext, home: IsolatedHome): IsolatedHome {
  const {USAGE_PROJECT_FILE = '', USAGE_CONSENT = ''} = home.environment
  return isolatedHome(t, {USAGE_PROJECT_FILE, USAGE_CONSENT})
}

async function runScript(home: IsolatedHome, shell: string, exitCode: number) {
  const file = join(home.home, 'analysis.sh')
  writeFileSync(file, script)
  return runShell(home, shell, `${shell} ${file} ${exitCode}; :`)
}

const flush = async (home: IsolatedHome) => JSON.parse((await runUsage(home, ['flush', '--json'])).stdout)

describe('from a shell script to an answer', {concurrency: 2}, () => {
  for (const shell of ofShare(['bash', 'dash'] as const, 2)) {
    it(`counts the runs, features and exit codes of a ${shell} script`, needs(shell), async t => {
      const {home, collector} = await reportingHome(t, runningCollector)
      for (const exitCode of [0, 0, 3]) assert.equal((await runScript(home, shell, exitCode)).stdout, '')
      await flush(home)
      const stats = await collector.stats('demo')
      assert.deepEqual([stats.runs!.total, stats.users.total, stats.hosts.total, stats.scripts!.total], [3, 1, 1, 1])
      assert.deepEqual([stats.outcomes!.ok, stats.outcomes!.failed, stats.outcomes!.unknown], [2, 1, 0])
      assert.deepEqual(stats.commonestFault, {exitCode: 3, signal: null, runs: 1})
      assert.deepEqual(stats.exitCodes, [
        {exitCode: 0, runs: 2},
        {exitCode: 3, runs: 1},
      ])
      assert.deepEqual(
        stats.features.map(({name, count, internalCount, runs, users}) => [name, count, internalCount, runs, users]),
        [
          ['Rebin.v1', 9, 9, 3, 1],
          ['Load.v1', 3, 0, 3, 1],
        ],
      )
      assert.deepEqual(stats.unusedFeatures, ['Save.v1'])
      assert.deepEqual(
        stats.versions!.map(({version, runs, users}) => [version, runs, users]),
        [['3.5.2', 3, 1]],
      )
      assert.equal(stats.fields!['executors']?.mean, 2)
      assert.equal(stats.duration!.n, 3)
    })
  }

  itOnce('delivers in the background, without a flush', async t => {
    const {home, collector} = await reportingHome(t)
    await runScript(home, 'sh', 0)
    await eventually(async () => assert.equal((await collector.stats('demo')).outcomes!.ok, 1))
  })

  itOnce('delivers everything once when the collector was away during the run', async t => {
    const {home, collector} = await reportingHome(t)
    await runScript(home, 'sh', 0)
    await collector.stop()
    await runScript(home, 'sh', 1)
    const failed = await flush(home)
    assert.ok(failed.kept > 0)
    assert.equal(failed.projects[0].reason, 'offline')
    const project = projectOnDisk(home.home, collector.http).project
    const again = await collectorHere(t, home, [project], {port: Number(new URL(collector.http).port)})
    assert.equal((await flush(home)).kept, 0)
    const stats = await again.stats('demo')
    assert.deepEqual([stats.runs!.total, stats.outcomes!.ok, stats.outcomes!.failed], [2, 1, 1])
    assert.equal(stats.features.find(one => one.name === 'Rebin.v1')?.count, 6)
  })

  itOnce('counts a report that is posted twice once', async t => {
    const {home, collector} = await reportingHome(t)
    await runScript(home, 'sh', 0)
    await flush(home)
    await eventually(async () => assert.equal((await collector.stats('demo')).outcomes!.ok, 1))
    for (const {body} of sentReports(home)) {
      const options = {method: 'POST', headers: {'content-type': 'application/json'}, body}
      const answer = (await (await fetch(`${collector.http}/v1/reports`, options)).json()) as {accepted: number}
      assert.equal(answer.accepted, 0)
    }
    const stats = await collector.stats('demo')
    assert.equal(stats.runs!.total, 1)
    assert.equal(stats.features.find(one => one.name === 'Rebin.v1')?.count, 3)
    assert.equal(stats.quality.duplicates, 4)
  })

  itOnce('sees two people on one host as two users and one host', needs('bash'), async t => {
    const {home, collector} = await reportingHome(t)
    for (const person of [home, neighbour(t, home)]) {
      await runScript(person, 'bash', 0)
      await flush(person)
    }
    await eventually(async () => {
      const stats = await collector.stats('demo')
      assert.deepEqual([stats.users.total, stats.hosts.total, stats.runs!.total], [2, 1, 2])
    })
  })

  itOnce('delivers before it returns when end is told to wait', async t => {
    const {home, collector} = await reportingHome(t)
    await runShell(home, 'sh', 'command usage start; command usage end --exit-code 0 --wait 5')
    assert.equal((await collector.stats('demo')).outcomes!.ok, 1)
  })

  itOnce('lets nothing of the person leave but pseudonyms', needs('bash'), async t => {
    const {home, collector} = await reportingHome(t)
    const secretive = join(home.home, 'S3CRET-user')
    mkdirSync(secretive)
    const environment = {...home.environment, HOME: secretive, USER: 'S3CRET', XDG_STATE_HOME: `${secretive}/state`}
    const person = {...home, home: secretive, stateDirectory: `${secretive}/state/usage`, environment}
    await runShell(
      person,
      'bash',
      'command usage start --script "$HOME/S3CRET.sh" --field executors=S3CRET --field S3CRET=1\ncommand usage end --exit-code 0',
    )
    await flush(person)
    await eventually(() =>
      assert.equal(
        sentReports(person).reduce((sum, one) => sum + one.ids.length, 0),
        2,
      ),
    )
    for (const {body} of sentReports(person)) assert.doesNotMatch(body, /S3CRET/)
    for (const [path, content] of Object.entries(readTree(collector.data))) assert.ok(!content.includes('S3CRET'), path)
  })
})

function sentReports(home: IsolatedHome): SentReport[] {
  return Object.entries(readTree(home.stateDirectory))
    .filter(([path]) => /\/sent\/[^/.]+\.json$/.test(path))
    .map(([, content]) => JSON.parse(content))
}
