import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import type {Batch, Store} from '../src/collector/store/store.ts'
import {makeRun, projectOf} from './fill-store.ts'
import {withRandomIds} from './random-ids.ts'

const firstMs = Date.parse('2024-11-22T12:00:00Z')
const spanMs = 2 * 365 * 86_400_000
const eventsOfRun = 8
/** The size with which the others are compared. */
const smallEvents = 100_000
/** Events that are measured at each size. */
const measuredEvents = 100_000
/** Runs of one transaction: of the collector under load, and while the store is filled. */
const [runsOfGroup, runsOfFill] = [200, 5_000]

interface Cost {
  readonly events: number
  /** Microseconds an event. */
  readonly wall: number
  readonly processor: number
}

/** Makes runs in the order of time, so many that the last one ends the span. */
function runMaker(events: number, hasRandomIds: boolean): (runs: number) => Batch[] {
  const stepMs = spanMs / (events / eventsOfRun)
  const people = Math.max(10, Math.round((events * 2.4) / 1000))
  let made = 0
  return runs =>
    Array.from({length: runs}, () => {
      const person = Math.floor(Math.random() ** 2 * people)
      const run = makeRun('first', person, Math.floor(firstMs + made++ * stepMs), Math.random)
      return hasRandomIds ? withRandomIds(run) : run
    })
}

async function measure(store: Store, make: (runs: number) => Batch[], events: number): Promise<Cost> {
  let [wallMs, processorMicros, count] = [0, 0, 0]
  for (let done = 0; done < measuredEvents; done += runsOfGroup * eventsOfRun) {
    const group = make(runsOfGroup)
    const [since, used] = [performance.now(), process.threadCpuUsage()]
    await store.insert(group)
    wallMs += performance.now() - since
    const {user, system} = process.threadCpuUsage(used)
    processorMicros += user + system
    count += group.reduce((sum, run) => sum + run.events.length, 0)
  }
  return {events, wall: (wallMs * 1000) / count, processor: processorMicros / count}
}

async function grow(events: number, hasRandomIds: boolean): Promise<Cost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  const store = openSqliteStore(folder)
  try {
    await store.saveProjects([projectOf('first')])
    const make = runMaker(events, hasRandomIds)
    const costs: Cost[] = []
    let filled = 0
    for (const size of [smallEvents, events]) {
      for (; filled < size; filled += runsOfFill * eventsOfRun) await store.insert(make(runsOfFill))
      costs.push(await measure(store, make, size))
      filled += measuredEvents
    }
    return costs
  } finally {
    await store.close()
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Compares what an event costs in a large store with a small one, in groups as a collector under load writes them. */
export async function benchGrowth(events: number): Promise<string[]> {
  const rows: string[] = []
  for (const ids of ['by time', 'random']) {
    const costs = await grow(events, ids === 'random')
    for (const {events: size, wall, processor} of costs) {
      const [first] = costs
      const ratios = `${(wall / first!.wall).toFixed(2)} | ${processor.toFixed(1)} | ${(processor / first!.processor).toFixed(2)}`
      rows.push(`| ${ids} | ${size} | ${wall.toFixed(1)} | ${ratios} |`)
    }
  }
  const head =
    '| ids | events stored | µs an event | ratio | µs of the processor | ratio |\n|---|---:|---:|---:|---:|---:|'
  return [`A growing store, groups of ${runsOfGroup} runs\n\n${head}\n${rows.join('\n')}\n`]
}
