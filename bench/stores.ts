import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {connectForReading, openClickHouseStore} from '../src/collector/store/clickhouse/clickhouse.ts'
import type {ClickHouse} from '../src/collector/store/clickhouse/client/client.ts'
import {readFacts} from '../src/collector/store/clickhouse/facts/facts.ts'
import {measureStore} from '../src/collector/store/clickhouse/tables/measure-store.ts'
import {prepareStore} from '../src/collector/store/open.ts'
import {storeInFolder} from '../src/collector/store/place.ts'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import type {Batch, Store} from '../src/collector/store/store.ts'
import {addressOf} from '../test/clickhouse/servers/address-of.ts'
import {isInstalled} from '../test/clickhouse/servers/installation.ts'
import {startCluster} from '../test/clickhouse/servers/start-cluster.ts'
import {answerPage, pages} from './answer-page.ts'
import {filledProjects, useByDay} from './fill-store.ts'
import {median} from './measure.ts'

const nowMs = Date.parse('2026-11-25T12:00:00Z')
const answerProgram = new URL('answer-page.ts', import.meta.url).pathname
const eventsOfBlock = 10_000
/** Clock ticks of Linux in a second, in which it counts the time of processes. */
const ticks = 100

/** Milliseconds. */
interface Cost {
  readonly wall: number
  readonly processor: number
}

/** The processor time of the server of a cluster, in milliseconds. */
function serverProcessor(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks
}

const eventsIn = (batches: readonly Batch[]): number => batches.reduce((sum, batch) => sum + batch.events.length, 0)

/** The reports of whole days, in blocks as a collector ships them. */
function* blocksOf(events: number): Generator<readonly Batch[]> {
  let block: Batch[] = []
  for (const batches of useByDay(events, nowMs)) {
    block.push(...batches)
    if (eventsIn(block) < eventsOfBlock) continue
    yield block
    block = []
  }
  if (block.length > 0) yield block
}

/** The same blocks of events for both stores, one after the other. */
async function fillBoth(stores: Readonly<Record<string, Store>>, events: number, serverMs: () => number) {
  const costs = Object.entries(stores).map(([name, store]) => ({name, store, wall: 0, processor: 0}))
  let stored = 0
  for (const {store} of costs) await store.saveProjects(filledProjects)
  for (const block of blocksOf(events)) {
    stored += eventsIn(block)
    for (const cost of costs) {
      const [since, used, server] = [performance.now(), process.cpuUsage(), serverMs()]
      await cost.store.insert(block)
      const {user, system} = process.cpuUsage(used)
      cost.wall += performance.now() - since
      cost.processor += (user + system) / 1000 + serverMs() - server
    }
  }
  return {stored, costs}
}

/** The answer of a new process that opens a SQLite store, from its start. */
function answerOfProcess(folder: string, query: string): Cost {
  const {stdout, stderr, status} = spawnSync(process.execPath, [answerProgram, folder, query])
  if (status !== 0) throw new Error(String(stderr))
  return JSON.parse(String(stdout)) as Cost
}

async function answerOfServer(reading: ClickHouse, query: string, pid: number): Promise<Cost> {
  const [since, used, server] = [performance.now(), process.cpuUsage(), serverProcessor(pid)]
  await answerPage({facts: question => readFacts(reading, question)}, query)
  const {user, system} = process.cpuUsage(used)
  return {wall: performance.now() - since, processor: (user + system) / 1000 + serverProcessor(pid) - server}
}

const middle = (costs: readonly Cost[]): string[] =>
  [median(costs.map(({wall}) => wall)), median(costs.map(({processor}) => processor))].map(ms => ms.toFixed(0))

/** Asks both stores in turn. The first round does not count. */
async function askBoth(folder: string, reading: ClickHouse, pid: number, query: string, runs: number): Promise<string> {
  const [sqlite, clickhouse]: [Cost[], Cost[]] = [[], []]
  for (let run = -1; run < runs; run++) {
    const one = answerOfProcess(folder, query)
    const other = await answerOfServer(reading, query, pid)
    if (run < 0) continue
    sqlite.push(one)
    clickhouse.push(other)
  }
  const [first, second] = [middle(sqlite), middle(clickhouse)]
  const ratios = second.map((ms, place) => (Number(ms) / Number(first[place])).toFixed(2))
  return `| \`${query}\` | ${[...first, ...second, ...ratios].join(' | ')} |`
}

/**
 * Compares a store on one ClickHouse server with SQLite: the same events in the same blocks, then the question of each
 * page in turn to a new process that opens the SQLite store, and to the server. The processor time of the server includes
 * what it merges meanwhile. Needs `node test/clickhouse/servers/set-up.ts`.
 */
export async function benchStores(runs: number, events: number): Promise<string[]> {
  if (!isInstalled()) throw new Error('the server is missing: run `node test/clickhouse/servers/set-up.ts` once')
  const folder = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  const cluster = await startCluster({shards: 1})
  const pid = cluster.pids().at(-1)!
  const address = addressOf(cluster, 'bench')
  try {
    const stores = {SQLite: openSqliteStore(folder), ClickHouse: await openClickHouseStore(address)}
    const {stored, costs} = await fillBoth(stores, events, () => serverProcessor(pid))
    for (const store of Object.values(stores)) await store.close()
    await prepareStore(storeInFolder(folder), () => {})
    const reading = await connectForReading(address)
    const {storeBytes} = await measureStore(reading)
    const bytes = [statSync(join(folder, 'usage.sqlite')).size, storeBytes]
    const rows: string[] = []
    for (const query of pages) rows.push(await askBoth(folder, reading, pid, query, runs))
    await reading.close()
    return [writeTables(stored, costs, bytes, rows, runs)]
  } finally {
    await cluster.stop()
    rmSync(folder, {recursive: true, force: true})
  }
}

function writeTables(
  stored: number,
  costs: readonly (Cost & {readonly name: string})[],
  bytes: readonly number[],
  rows: readonly string[],
  runs: number,
): string {
  const ingest = costs.map(({name, wall, processor}, place) => {
    const figures = [(wall * 1000) / stored, (processor * 1000) / stored, bytes[place]! / stored]
    return `| ${name} | ${figures.map(figure => figure.toFixed(1)).join(' | ')} |`
  })
  return [
    `### Two stores of ${stored.toLocaleString('en')} events, half of them of the project`,
    '',
    ...[
      '| store | µs to store an event | µs of the processor | bytes of an event |',
      '|---|---:|---:|---:|',
      ...ingest,
    ],
    '',
    `| question (${runs} runs, medians) | SQLite, ms | processor | ClickHouse, ms | processor | ratio | processor |`,
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n')
}
