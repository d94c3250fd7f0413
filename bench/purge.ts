import {once} from 'node:events'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {Worker} from 'node:worker_threads'
import {openCollector} from '../src/collector/collector.ts'
import {silentLog} from '../src/collector/monitoring/log.ts'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import type {ProjectFile} from '../src/protocol/project/project-file.ts'
import {makeRun, projectOf} from './fill-store.ts'

const nowMs = Date.parse('2026-11-22T12:00:00Z')
/** The month that is purged. */
const [fromMs, toMs] = [Date.UTC(2025, 5, 1), Date.UTC(2025, 6, 1)]
const eventsOfRun = 8
const runsOfFill = 5_000
const [connections, pauseMs] = [4, 5]
/** More reports than are posted before the purge has ended. */
const mostReports = 60_000
/** Milliseconds before the purge. After it, the collector gives disk space back for as long. */
const calmMs = 5_000

interface Wait {
  readonly sentMs: number
  readonly waitedMs: number
}

/** Fills a store with one month of runs. */
async function fill(dataDirectory: string, project: ProjectFile, events: number): Promise<void> {
  const store = openSqliteStore(dataDirectory)
  await store.saveProjects([project])
  const runs = Math.round(events / eventsOfRun)
  const people = Math.max(10, Math.round((events * 2.4) / 1000))
  for (let made = 0; made < runs; made += runsOfFill) {
    const batches = Array.from({length: Math.min(runsOfFill, runs - made)}, (_, index) => {
      const atMs = Math.floor(fromMs + ((made + index) * (toMs - fromMs)) / runs)
      return makeRun(project.project, Math.floor(Math.random() ** 2 * people), atMs, Math.random)
    })
    await store.insert(batches)
  }
  await store.close()
}

/** One report of a whole run for each of many people. */
const makeReports = (): string[] =>
  Array.from({length: mostReports}, (_, person) => {
    const {header, events} = makeRun('first', person, nowMs - 7_200_000 + person, Math.random)
    const client = {name: 'bench', version: '1'}
    return JSON.stringify({protocol: 1, project: 'first', client, header, events: events.map(({event}) => event)})
  })

interface Turn {
  readonly endedMs: number
  readonly processorMs: number
}

/** Measures the processor time that this thread needs between two turns of its event loop, until `stop`. */
function watchTurns() {
  const turns: Turn[] = []
  let used = process.threadCpuUsage()
  const timer = setInterval(() => {
    const {user, system} = process.threadCpuUsage(used)
    used = process.threadCpuUsage()
    turns.push({endedMs: Date.now(), processorMs: (user + system) / 1000})
  }, 1)
  return {turns, stop: () => clearInterval(timer)}
}

/** Posts reports while a collector purges. Resolves to the waits, and to when the purge began and ended (Unix milliseconds). */
async function purgeWhileReceiving(folder: string, project: ProjectFile) {
  const projectsDirectory = join(folder, 'projects')
  mkdirSync(projectsDirectory)
  writeFileSync(join(projectsDirectory, 'first.json'), JSON.stringify(project))
  const bodies = makeReports()
  const purged = Promise.withResolvers<void>()
  const log = {...silentLog, info: (message: string) => message === 'purged' && purged.resolve()}
  const beganMs = Date.now() + calmMs
  const collector = await openCollector({
    ...{projectsDirectory, dataDirectory: join(folder, 'data'), host: '127.0.0.1', port: 0, now: () => nowMs, log},
    front: {rate: {requests: Number.MAX_SAFE_INTEGER, seconds: 60}},
    retention: {firstAfterMs: calmMs, everyMs: 86_400_000},
  })
  const workerData = {port: Number(new URL(collector.http).port), connections, bodies, pauseMs}
  const client = new Worker(new URL('./receive-client.ts', import.meta.url), {workerData})
  await once(client, 'online')
  client.postMessage('go')
  const {turns, stop} = watchTurns()
  await purged.promise
  const endedMs = Date.now()
  await wait(calmMs)
  stop()
  client.postMessage('stop')
  const [waits] = (await once(client, 'message')) as [Wait[]]
  await client.terminate()
  await collector.close()
  return {waits, turns, beganMs, endedMs}
}

function describe(name: string, waits: readonly Wait[], turns: readonly Turn[]): string {
  const longest = turns.reduce((most, {processorMs}) => Math.max(most, processorMs), 0)
  const sorted = waits.map(({waitedMs}) => waitedMs).sort((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1)
  return `| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.99)} | ${at(0.999)} | ${at(1)} | ${longest.toFixed(1)} |`
}

/** Measures for how long reports wait while a collector purges one large month. */
export async function benchPurge(events: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  try {
    const project = {...projectOf('first'), retention: {features: '1y', runs: '1y'}}
    await fill(join(folder, 'data'), project, events)
    const {waits, turns, beganMs, endedMs} = await purgeWhileReceiving(folder, project)
    const rows = [
      ['before', 0, beganMs],
      ['during', beganMs, endedMs],
      ['space given back', endedMs, Number.POSITIVE_INFINITY],
    ] as const
    const lines = rows.map(([name, from, to]) =>
      describe(
        name,
        waits.filter(({sentMs}) => sentMs >= from && sentMs < to),
        turns.filter(turn => turn.endedMs >= from && turn.endedMs < to),
      ),
    )
    const head =
      '| reports | number | median ms | 99 % | 99.9 % | longest ms | longest turn, ms of the processor |\n|---|---:|---:|---:|---:|---:|---:|'
    const seconds = ((endedMs - beganMs) / 1000).toFixed(1)
    return [`A purge of a month with ${events} events, ${seconds} s\n\n${head}\n${lines.join('\n')}\n`]
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}
