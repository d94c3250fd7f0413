/**
 * Three collectors behind a balancer, two shards behind proxies that lose answers, copies, any order, kills: the answers
 * are those of a SQLite store that got every report once.
 */
import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {setTimeout as wait} from 'node:timers/promises'
import {askStore} from '../../src/cli/maintain/ask-stats.ts'
import {admit} from '../../src/collector/intake/admit.ts'
import {placeOf, storeInFolder} from '../../src/collector/store/place.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {Batch} from '../../src/collector/store/store.ts'
import type {Event} from '../../src/protocol/report/event.ts'
import {parseReport} from '../../src/protocol/report/report.ts'
import {seededRandom, shuffle} from '../collector/random-use.ts'
import {
  dayMs,
  endOf,
  featureOf,
  hourMs,
  pseudonym,
  reportOf,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../collector/samples.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {runningCollector} from '../support/running-collector.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {lossyProxy} from './network/lossy-proxy.ts'
import {startBalancer} from './network/start-balancer.ts'
import {addressOf} from './servers/address-of.ts'
import {startCluster} from './servers/start-cluster.ts'

/** A million takes some minutes: USAGE_TEST_EVENTS=1000000. */
const wanted = Number(process.env['USAGE_TEST_EVENTS'] ?? 100_000)
const project = sampleProject()
const senders = 16
type Report = ReturnType<typeof reportOf>

/** Reports of some runs each: a half of them has starts, and the other half what came later. */
function makeReports(random: () => number): Report[] {
  const nowMs = Date.now()
  const reports: Report[] = []
  let events = 0
  for (let run = 0; events < wanted; ) {
    const person = Math.floor(random() ** 2 * 400)
    const header = sampleHeader({
      user: random() < 0.05 ? null : pseudonym(`p${person}`),
      host: pseudonym(`h${person % 37}`),
      version: ['1.0', '1.1', '2.0'][Math.floor(random() * 3)]!,
      ci: random() < 0.1 ? 'github_actions' : null,
    })
    const [first, second]: [Event[], Event[]] = [[], []]
    for (let count = 0; count < 6; count++, run++) {
      const startMs = nowMs - dayMs - Math.floor(random() * 20 * dayMs)
      const id = uuid('r', run)
      const feature = (number: number) =>
        featureOf(run * 10 + number, startMs + number * 1_000, {
          name: ['Load.v1', 'Rebin.v1', 'Fit.v1'][Math.floor(random() * 3)]!,
          run: random() < 0.8 ? id : null,
        })
      first.push(startOf(run, startMs, {fields: {executors: run % 7, mode: 'local'}}), feature(1), feature(2))
      if (random() < 0.1) first.push(startOf(run, startMs + hourMs, {id: uuid('s', run), repeat: 1}))
      second.push(feature(3))
      if (random() < 0.9) second.push(endOf(run, startMs + 2 * hourMs, {exitCode: random() < 0.2 ? 1 : 0}))
    }
    reports.push(reportOf(first, {header}), reportOf(second, {header}))
    events += first.length + second.length
  }
  return reports
}

function batchOf(report: Report): Batch {
  const parsed = parseReport(report)
  assert.ok(parsed.ok)
  const {batch, rejected} = admit(parsed.value, project, {receivedAtMs: Date.now(), sentAtMs: null})
  assert.deepEqual(rejected, [])
  return batch
}

/** Posts a report as a client does: until it is accepted. */
async function send(url: string, report: Report): Promise<void> {
  const body = JSON.stringify(report)
  for (;;) {
    try {
      const headers = {'content-type': 'application/json'}
      const {status} = await fetch(`${url}/v1/reports`, {method: 'POST', headers, body})
      if (status === 200) return
      assert.ok(status >= 500, `refused with ${status}`)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
    }
    await wait(50)
  }
}

/** A collector with a place of its own, which can be killed and started again. */
async function collectorOf(t: TestContext, address: string) {
  const home = isolatedHome(t)
  const start = (at: string) => runningCollector(t, home, [project], at, ['--store', address, '--log-level', 'off'])
  let running = await start('127.0.0.1:0')
  const {host} = new URL(running.http)
  return {
    http: running.http,
    async killAndStart() {
      await running.kill()
      await wait(300)
      running = await start(host)
    },
    waiting: () => readdirSync(join(running.data, 'spool')).filter(name => name.endsWith('.block')).length,
  }
}

/** The answers, without what the two kinds of store know differently. */
async function answersOf(place: ReturnType<typeof placeOf>, nowMs: number) {
  const day = (daysAgo: number): string => new Date(nowMs - daysAgo * dayMs).toISOString().slice(0, 10)
  const questions = [
    {},
    {by: 'day', from: day(25), to: day(0)},
    {by: 'week', from: day(60), ci: 'none'},
    {'app-version': '1.1'},
    {'feature-type': 'Algorithm'},
  ]
  const answers: unknown[] = []
  for (const written of questions) {
    // Reports that were sent again count again.
    const {quality, clients: _, ...others} = await askStore(place, {project: project.project, ...written}, nowMs)
    answers.push(rounded({...others, unpaired: quality.unpaired}))
  }
  return answers
}

/** Sums of the same numbers in another order differ in the last bits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, one) => (typeof one === 'number' ? Number(one.toPrecision(9)) : one)))

/** The paths of values that differ. */
function differences(found: unknown, expected: unknown, path = ''): string[] {
  if (typeof found !== 'object' || typeof expected !== 'object' || found === null || expected === null)
    return Object.is(found, expected) ? [] : [`${path}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`]
  const [a, b] = [found, expected] as Readonly<Record<string, unknown>>[]
  const keys = new Set([...Object.keys(a!), ...Object.keys(b!)])
  return [...keys].flatMap(key => differences(a![key], b![key], `${path}.${key}`))
}

describe('several collectors', needs('a ClickHouse server', 'haproxy', 'setpriv'), () => {
  it('give the answers of one that got every report once', {timeout: 1_800_000}, async t => {
    const random = seededRandom(11)
    const cluster = await startCluster({shards: 2})
    t.after(() => cluster.stop())
    const proxies = await Promise.all(cluster.urls.map(url => lossyProxy(t, url, 0.1, random)))
    const address = addressOf({...cluster, urls: proxies.map(({url}) => url)}, 'several')
    const collectors = [
      await collectorOf(t, address),
      await collectorOf(t, address),
      await collectorOf(t, address),
    ] as const
    const balancer = await startBalancer(
      t,
      collectors.map(({http}) => http),
    )

    const reports = makeReports(random)
    const sent = shuffle([...reports, ...reports.filter(() => random() < 0.2)], random)
    const sinceMs = performance.now()
    let done = 0
    const faults = [
      {after: 0.2, make: () => collectors[0].killAndStart()},
      {after: 0.4, make: () => cluster.kill(0)},
      {after: 0.6, make: () => collectors[1].killAndStart()},
      {after: 0.8, make: () => Promise.all([cluster.kill(1), collectors[2].killAndStart()])},
    ]
    const made: Promise<unknown>[] = []
    const queue = sent.values()
    await Promise.all(
      Array.from({length: senders}, async () => {
        for (const report of queue) {
          await send(balancer.url, report)
          done++
          if (done >= sent.length * (faults[0]?.after ?? 2)) made.push(faults.shift()!.make())
        }
      }),
    )
    await Promise.all(made)
    assert.equal(faults.length, 0)
    const acceptedMs = performance.now() - sinceMs
    await eventually(() =>
      assert.deepEqual(
        collectors.map(({waiting}) => waiting()),
        [0, 0, 0],
      ),
    )
    const shippedMs = performance.now() - sinceMs
    for (const proxy of proxies) assert.ok(proxy.lost > 0, 'no answer was lost')

    const folder = temporaryDirectory(t)
    const lite = openSqliteStore(folder)
    t.after(() => lite.close())
    await lite.saveProjects([project])
    const batches = reports.map(batchOf)
    const events = batches.reduce((sum, batch) => sum + batch.events.length, 0)
    for (let from = 0; from < batches.length; from += 500) await lite.insert(batches.slice(from, from + 500))

    const nowMs = Date.now()
    const expected = await answersOf(storeInFolder(folder), nowMs)
    for (const url of cluster.urls) {
      const place = placeOf(folder, addressOf({...cluster, urls: [url, url]}, 'several'))
      assert.deepEqual(differences(await answersOf(place, nowMs), expected), [])
    }
    const seconds = (ms: number): string => (ms / 1_000).toFixed(1)
    t.diagnostic(
      `${events} events in ${reports.length} reports, ${sent.length} sent; accepted in ${seconds(acceptedMs)} s, ` +
        `shipped in ${seconds(shippedMs)} s; ${proxies.map(({lost}) => lost).join(' + ')} answers lost`,
    )
  })
})
