import assert from 'node:assert/strict'
import {join} from 'node:path'
import {it} from 'node:test'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {StatsQuestion} from '../../src/stats/model/source.ts'
import {batchOf, featureOf, nowMs, startOf} from '../collector/samples.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'

const mebibyte = 1024 * 1024

interface Answer {
  /** Runs and uses of the first feature. */
  readonly count: number
  readonly peakBytes: number
}

/** Asks a store in a process with little memory for objects. */
async function askIn(
  home: IsolatedHome,
  data: string,
  {
    heapMegabytes,
    budgetBytes,
    asked = {},
  }: {heapMegabytes: number; budgetBytes?: number; asked?: Partial<StatsQuestion>},
): Promise<Answer> {
  const source = repositoryPath('src', 'collector', 'store', 'sqlite', 'source.ts')
  const contract = repositoryPath('test', 'collector', 'store', 'contract-parts.ts')
  const script = `
    const {openSqliteSource} = await import(${JSON.stringify(source)})
    const {factsOf} = await import(${JSON.stringify(contract)})
    const source = openSqliteSource(${JSON.stringify(data)}, ${JSON.stringify({budgetBytes})})
    const {spans, features} = await factsOf(source, ${JSON.stringify(asked)})
    const peakBytes = 1024 * process.resourceUsage().maxRSS
    console.log(JSON.stringify({count: spans[0].runs + (features[0]?.count ?? 0), peakBytes}))`
  const outcome = await runProgram(home, [
    process.execPath,
    `--max-old-space-size=${heapMegabytes}`,
    '--input-type=module',
    '--eval',
    script,
  ])
  assert.equal(outcome.code, 0, outcome.stderr)
  return JSON.parse(outcome.stdout) as Answer
}

it('reads a month of many events with little memory', async t => {
  const home = isolatedHome(t)
  const data = join(home.home, 'data')
  const store = openSqliteStore(data)
  // As objects, so many rows would need several times the memory.
  const rows = 300_000
  for (let first = 0; first < rows; first += 10_000) {
    const numbers = Array.from({length: 10_000}, (_, index) => first + index)
    const uses = numbers.map(number => featureOf(number, nowMs - number, {run: null, durationSeconds: number}))
    const starts = numbers.map(number => startOf(number, nowMs - number, {fields: {executors: number}}))
    await store.insert([batchOf([...uses, ...starts])])
  }
  await store.close()
  const {count} = await askIn(home, data, {heapMegabytes: 64})
  assert.equal(count, 2 * rows)
})

it('answers a question about thirty years with the memory of some of them', async t => {
  const home = isolatedHome(t)
  const data = join(home.home, 'data')
  const store = openSqliteStore(data)
  const [years, runsOfYear] = [30, 2_000]
  const yearMs = (number: number): number => Date.UTC(1996 + number, 0)
  // All months need 80 MB, nearly all of it for texts.
  for (let year = 0; year < years; year++) {
    const starts = Array.from({length: runsOfYear}, (_, run) => {
      const number = year * runsOfYear + run
      return startOf(number, yearMs(year) + number, {fields: {text: `${number} `.padEnd(600, '\u5b57')}})
    })
    await store.insert([batchOf(starts, {isTrusted: true})])
  }
  await store.close()
  const range = {fromMs: yearMs(0), toMs: yearMs(years)}
  const asked = {
    range,
    spans: [range],
    periods: [range],
    numberFields: [],
    valueFields: [],
    numberDetails: [],
    valueDetails: [],
  }
  const {count, peakBytes} = await askIn(home, data, {heapMegabytes: 48, budgetBytes: 8 * mebibyte, asked})
  assert.equal(count, years * runsOfYear)
  assert.ok(peakBytes < 256 * mebibyte, `${Math.round(peakBytes / mebibyte)} MiB`)
})
