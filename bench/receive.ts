import {once} from 'node:events'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Worker} from 'node:worker_threads'
import fastify from 'fastify'
import {openCollector} from '../src/collector/collector.ts'
import {admit} from '../src/collector/intake/admit.ts'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import type {Batch} from '../src/collector/store/store.ts'
import {parseReport} from '../src/protocol/report/report.ts'
import {makeRun, projectOf} from './fill-store.ts'
import {withRandomIds} from './random-ids.ts'

const connections = 64
/** Events of one transaction of the bulk insert. */
const bulkEvents = 5_000
const nowMs = Date.parse('2026-11-22T12:00:00Z')
const project = projectOf('first')

/** A fifth of the reports comes first and is not measured: a new collector runs code that V8 has not optimized yet. */
const warmReportsOf = (reports: readonly unknown[]): number => Math.floor(reports.length / 5)

/** Milliseconds between the starts of two reports. */
const betweenMs = 100

/** Reports as clients post them, one after the other: of one event, or of several runs of one person. */
function makeReports(events: number, perReport: number, hasRandomIds: boolean): string[] {
  const reports: string[] = []
  for (let person = 0; reports.length * perReport < events; person++) {
    const runs = Array.from({length: Math.ceil(perReport / 8)}, () =>
      makeRun('first', person, nowMs - 3_600_000 + person * betweenMs, Math.random),
    ).map(run => (hasRandomIds ? withRandomIds(run) : run))
    const listed = runs.flatMap(run => run.events.map(({event}) => event)).slice(0, perReport)
    const header = runs[0]!.header
    const client = {name: 'bench', version: '1'}
    reports.push(JSON.stringify({protocol: 1, project: 'first', client, header, events: listed}))
  }
  return reports
}

const batchOf = (body: string): Batch => {
  const parsed = parseReport(JSON.parse(body))
  if (!parsed.ok) throw new Error('an invalid report')
  return admit(parsed.value, project, {receivedAtMs: nowMs, sentAtMs: null}).batch
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Seconds to insert the batches that are not warm-up into the same tables, many in one transaction. */
const insertInBulk = (batches: readonly Batch[], perReport: number): Promise<number> =>
  inFolder(async folder => {
    const store = openSqliteStore(folder)
    await store.saveProjects([project])
    const size = Math.max(1, Math.floor(bulkEvents / perReport))
    const warm = warmReportsOf(batches)
    await store.insert(batches.slice(0, warm))
    const since = performance.now()
    for (let at = warm; at < batches.length; at += size) await store.insert(batches.slice(at, at + size))
    const seconds = (performance.now() - since) / 1000
    await store.close()
    return seconds
  })

/** Seconds in which a server answers the bodies that are not warm-up. */
async function post(bodies: readonly string[], address: string): Promise<number> {
  const workerData = {port: Number(new URL(address).port), connections, bodies, warmReports: warmReportsOf(bodies)}
  const client = new Worker(new URL('./receive-client.ts', import.meta.url), {workerData})
  await once(client, 'online')
  client.postMessage('go')
  await once(client, 'message')
  const since = performance.now()
  await once(client, 'message')
  const seconds = (performance.now() - since) / 1000
  await client.terminate()
  return seconds
}

/** Seconds in which a server of fastify answers the same bodies without reading them: the least that HTTP costs. */
async function answerAll(bodies: readonly string[]): Promise<number> {
  const app = fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', {parseAs: 'buffer'}, async (_request: unknown, body: unknown) => body)
  app.post('/v1/reports', async () => ({accepted: 1, duplicates: 0, rejected: []}))
  const seconds = await post(bodies, await app.listen({host: '127.0.0.1', port: 0}))
  await app.close()
  return seconds
}

/** Seconds until a collector has acknowledged the reports that are not warm-up. */
const postAll = (bodies: readonly string[]): Promise<number> =>
  inFolder(async folder => {
    const projectsDirectory = join(folder, 'projects')
    mkdirSync(projectsDirectory)
    writeFileSync(join(projectsDirectory, 'first.json'), JSON.stringify(project))
    const collector = await openCollector({
      ...{projectsDirectory, dataDirectory: join(folder, 'data'), host: '127.0.0.1', port: 0, now: () => nowMs},
      // One address posts all.
      front: {rate: {requests: Number.MAX_SAFE_INTEGER, seconds: 60}},
    })
    const seconds = await post(bodies, collector.http)
    await collector.close()
    return seconds
  })

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/**
 * Compares the reports that a collector acknowledges by HTTP with a bulk insert of the same events into the same tables,
 * in turn. The client has a thread of its own, so the figures need two cores. `at best` is the ratio of a collector whose
 * thread does nothing but answer by fastify and insert in bulk.
 */
export async function benchReceive(runs: number): Promise<string[]> {
  const rows: string[] = []
  for (const [perReport, events, ids] of [
    [50, 60_000, 'by time'],
    [1, 12_000, 'by time'],
    [50, 60_000, 'random'],
    [1, 12_000, 'random'],
  ] as const) {
    const ratios: number[] = []
    const rates: number[] = []
    const best: number[] = []
    for (let round = -1; round < runs; round++) {
      const bodies = makeReports(events, perReport, ids === 'random')
      const batches = bodies.map(batchOf)
      const count = (bodies.length - warmReportsOf(bodies)) * perReport
      const [bulk, acknowledged, floor] = [
        await insertInBulk(batches, perReport),
        await postAll(bodies),
        await answerAll(bodies),
      ]
      if (round < 0) continue
      ratios.push(bulk / acknowledged)
      rates.push(count / acknowledged)
      best.push(bulk / (floor + bulk))
    }
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
    rows.push(
      `| ${perReport} | ${ids} | ${Math.round(median(rates))} | ${median(ratios).toFixed(2)} | ${range} | ${median(best).toFixed(2)} |`,
    )
  }
  const head =
    '| events a report | ids | acknowledged events a second | of a bulk insert | least to most | at best |\n|---:|---|---:|---:|---:|---:|'
  return [`Reports by HTTP, ${connections} connections, ${runs} rounds\n\n${head}\n${rows.join('\n')}\n`]
}
