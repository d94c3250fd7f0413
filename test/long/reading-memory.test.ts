import assert from 'node:assert/strict'
import {join} from 'node:path'
import {it} from 'node:test'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {batchOf, featureOf, nowMs, startOf} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'

/** A month whose rows would need several times the memory as objects. */
const rows = 300_000
const heapMegabytes = 64

it('reads a month of many events with little memory', async t => {
  const home = isolatedHome(t)
  const data = join(home.home, 'data')
  const store = openSqliteStore(data)
  for (let first = 0; first < rows; first += 10_000) {
    const numbers = Array.from({length: 10_000}, (_, index) => first + index)
    const uses = numbers.map(number => featureOf(number, nowMs - number, {run: null, durationSeconds: number}))
    const starts = numbers.map(number => startOf(number, nowMs - number, {fields: {executors: number}}))
    await store.insert([batchOf([...uses, ...starts])])
  }
  await store.close()
  const source = repositoryPath('src', 'collector', 'store', 'sqlite.ts')
  const contract = repositoryPath('test', 'collector', 'store', 'contract-parts.ts')
  const script = `
    const {openSqliteSource} = await import(${JSON.stringify(source)})
    const {factsOf} = await import(${JSON.stringify(contract)})
    const source = openSqliteSource(${JSON.stringify(data)})
    const {spans, features} = await factsOf(source)
    console.log(spans[0].runs + features[0].count)`
  const asked = await runProgram(home, [
    process.execPath,
    `--max-old-space-size=${heapMegabytes}`,
    '--input-type=module',
    '--eval',
    script,
  ])
  assert.deepEqual([asked.code, asked.stdout.trim()], [0, String(2 * rows)], asked.stderr)
})
