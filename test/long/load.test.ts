import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {describe, it, type TestContext} from 'node:test'
import {setTimeout as wait} from 'node:timers/promises'
import {makeUuidV7} from '../../src/protocol/values/uuid.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runShell, runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {makeScene, permissionFor} from '../support/scene.ts'
import {storedEvents} from '../support/stored-events.ts'

const processes = 50
const flushes = 8

/** Starts a program that writes events when it is let go; resolves to how many it recorded. */
function startWriter(environment: Readonly<Record<string, string>>, args: readonly string[]) {
  const script = repositoryPath('test', 'support', 'load-writer.ts')
  const child = spawn(process.execPath, [script, ...args], {env: environment, stdio: ['pipe', 'pipe', 'inherit']})
  let output = ''
  let sayReady = (): void => {}
  const ready = new Promise<void>(resolve => {
    sayReady = resolve
  })
  child.stdout.on('data', chunk => {
    output += chunk
    sayReady()
  })
  const recorded = new Promise<number>(resolve => child.on('close', () => resolve(Number(output.split('\n')[1]))))
  return {ready, go: () => child.stdin.end(), recorded}
}

async function writeTogether(writers: readonly ReturnType<typeof startWriter>[]): Promise<number> {
  await Promise.all(writers.map(one => one.ready))
  for (const one of writers) one.go()
  const recorded = await Promise.all(writers.map(one => one.recorded))
  return recorded.reduce((sum, count) => sum + count, 0)
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({length: count}, (_, index) => make(index))

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** A person who reports to a collector of their own. */
async function sceneWithCollector(t: TestContext) {
  const host = isolatedHome(t)
  const collector = await runningCollector(t, host, [projectOnDisk(host.home, 'http://127.0.0.1:9').project])
  return {...makeScene(t, collector.http), collector}
}

describe('a crowd', () => {
  it('of 50 processes with 200 events each and 8 flushes at once is counted to the event', async t => {
    const home = isolatedHome(t)
    // Ten processes a project: 2,000 files, which is what the quota of one project allows.
    const named = (http: string) => times(5, index => projectOnDisk(home.home, http, {project: `crowd-${index}`}))
    const collector = await runningCollector(
      t,
      home,
      named('http://127.0.0.1:9').map(one => one.project),
    )
    const projects = named(collector.http)
    const yes = projects.map(({project}) => permissionFor(project)['USAGE_CONSENT']).join(' ')
    const environment = {...home.environment, USAGE_CONSENT: yes}
    const since = performance.now()
    const writers = times(processes, index => startWriter(environment, [projects[index % 5]!.path, '200']))
    assert.equal(await writeTogether(writers), processes * 200)
    const written = seconds(since)
    const outcomes = await Promise.all(
      times(flushes, () => runUsage({...home, environment}, ['flush', '--wait', '30', '--json'])),
    )
    const sent = outcomes.reduce((sum, {stdout}) => sum + JSON.parse(stdout).sent, 0)
    t.diagnostic(`${processes * 200} events written in ${written}, sent by ${flushes} flushes within ${seconds(since)}`)
    assert.equal(sent, processes * 200)
    for (const {project} of projects) {
      const stats = await collector.stats(project.project)
      const [feature] = stats.features
      assert.deepEqual([stats.runs!.total, stats.outcomes!.ok, feature?.count, feature?.runs], [10, 10, 1980, 10])
      assert.deepEqual([stats.quality.duplicates, stats.quality.refused, stats.quality.unpaired], [0, 0, 0])
    }
  })

  it('that is over the quota of its project has every event at the collector or counted as dropped', async t => {
    const scene = await sceneWithCollector(t)
    const {home, collector} = scene
    const path = home.environment['USAGE_PROJECT_FILE'] ?? ''
    const made = 20 * 110
    const writers = times(20, () => startWriter(home.environment, [path, '110']))
    assert.equal(await writeTogether(writers), made)
    await Promise.all(times(flushes, () => scene.usage(['flush', '--wait', '30'])))
    const [stats, status] = [await collector.stats('demo'), scene.status()]
    t.diagnostic(`${made} events: ${status.sent.events} sent, ${status.dropped.quota} dropped for the quota`)
    assert.equal(status.waiting.events, 0)
    assert.ok(status.dropped.quota > 0)
    assert.equal(status.sent.events + status.dropped.quota, made)
    assert.deepEqual([stats.quality.duplicates, storedEvents(collector.data).length], [0, status.sent.events])
  })

  it('of 50 scripts that call the commands is counted to the event', async t => {
    const {home, collector, usage} = await sceneWithCollector(t)
    const since = performance.now()
    const scripts = times(processes, () =>
      runShell(home, 'sh', 'command usage start; command usage end --exit-code 0; :', {timeoutSeconds: 55}),
    )
    for (const {code, stdout, stderr} of await Promise.all(scripts))
      assert.deepEqual([code, stdout, stderr], [0, '', ''])
    await Promise.all(times(flushes, () => usage(['flush', '--wait', '30'])))
    t.diagnostic(`${processes * 2} events by ${processes * 2} commands within ${seconds(since)}`)
    const {runs, outcomes, duration, quality} = await collector.stats('demo')
    assert.deepEqual([runs!.total, outcomes!.ok, duration!.n], [processes, processes, processes])
    assert.deepEqual([quality.duplicates, quality.unpaired], [0, 0])
  })
})

/** The events of one report: a run with a feature. */
function makeEvents() {
  const newId = () => makeUuidV7(Date.now(), randomBytes(10))
  const time = new Date().toISOString()
  const run = newId()
  return [
    {id: newId(), type: 'start', run, time, script: null, repeat: 0, fields: {}},
    {
      ...{id: newId(), type: 'feature', run, time, featureType: 'Algorithm', name: 'Load.v1'},
      ...{durationSeconds: null, count: 1, internal: false, details: null},
    },
    {id: newId(), type: 'end', run, time, durationSeconds: 1, exitCode: 0, signal: null, fields: {}},
  ]
}

/** Posts one report after the other until it is told to stop; an event counts when its answer has come whole. */
async function postUntil(isOver: () => boolean, http: string, confirmed: Set<string>): Promise<void> {
  const header = {user: null, host: null, application: 'demo', version: '1', commit: null, component: null}
  const rest = {os: null, ci: null, scheduler: null}
  while (!isOver()) {
    const events = makeEvents()
    const report = {
      protocol: 1,
      project: 'demo',
      client: {name: 'load', version: '1'},
      header: {...header, ...rest},
      events,
    }
    // As a sender does, it brings a report that nobody has confirmed again.
    for (;;) {
      if (await post(http, JSON.stringify(report))) break
      await wait(20)
    }
    for (const {id} of events) confirmed.add(id.replaceAll('-', ''))
  }
}

async function post(http: string, body: string): Promise<boolean> {
  try {
    const headers = {'content-type': 'application/json'}
    const response = await fetch(`${http}/v1/reports`, {method: 'POST', headers, body})
    const answer = (await response.json()) as {accepted?: number; duplicates?: number}
    return response.ok && (answer.accepted ?? 0) + (answer.duplicates ?? 0) === 3
  } catch {
    return false
  }
}

describe('a collector', () => {
  const kills = 20
  it('that is killed 20 times under load has every event that it has acknowledged, once', async t => {
    const host = isolatedHome(t)
    const {project} = projectOnDisk(host.home, 'http://127.0.0.1:9')
    let collector = await runningCollector(t, host, [project])
    const {host: address} = new URL(collector.http)
    const confirmed = new Set<string>()
    let isOver = false
    const since = performance.now()
    const clients = times(6, () => postUntil(() => isOver, collector.http, confirmed))
    for (let killed = 0; killed < kills; killed++) {
      const before = confirmed.size
      await eventually(() => assert.ok(confirmed.size > before + 60))
      await collector.kill()
      // What was acknowledged before the kill is on disk, and none of it twice.
      const acknowledged = [...confirmed]
      collector = await runningCollector(t, host, [project], address)
      const stored = storedEvents(collector.data)
      assert.equal(new Set(stored).size, stored.length)
      const there = new Set(stored)
      assert.deepEqual(
        acknowledged.filter(id => !there.has(id)),
        [],
      )
    }
    isOver = true
    await Promise.all(clients)
    const stats = await collector.stats('demo')
    t.diagnostic(
      `${confirmed.size} events acknowledged, ${kills} kills, ${stats.quality.duplicates} duplicates, ${seconds(since)}`,
    )
    assert.deepEqual([stats.runs!.total, stats.outcomes!.ok], [confirmed.size / 3, confirmed.size / 3])
    assert.deepEqual(new Set(storedEvents(collector.data)), confirmed)
  })
})
