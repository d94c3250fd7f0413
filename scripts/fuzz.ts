/**
 * Sends mutated reports to a collector and compares what it stores with what was sent: `npm run fuzz -- --reports N
 * --seed N [--only INDEX]`. After a failure it looks for one report that is enough, and prints it.
 */
import {parseArgs} from 'node:util'
import {fuzz, fuzzedProjects} from '../test/long/fuzz/fuzz.ts'
import {shrink} from '../test/long/fuzz/shrink.ts'
import {isolatedHome} from '../test/support/isolated-home.ts'
import {runningCollector} from '../test/support/running-collector.ts'

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    reports: {type: 'string', default: '20000'},
    only: {type: 'string'},
  },
})
const seed = Number(values.seed)
const indexes = values.only === undefined ? [...Array(Number(values.reports)).keys()] : [Number(values.only)]
const ends: (() => unknown)[] = []
const t = {after: (end: unknown) => void ends.push(end as () => unknown)} as Parameters<typeof runningCollector>[0]
console.log(`${indexes.length} reports, seed ${seed}`)
const startedAt = performance.now()
try {
  const more = ['--parsl', 'parsl', '--mantid', 'mantid', '--trust-proxy', '127.0.0.1', '--log-level', 'error']
  const collector = await runningCollector(t, isolatedHome(t), fuzzedProjects, '127.0.0.1:0', more)
  const {outcomes, stored, lost, peakMegabytes} = await fuzz({seed, indexes, collector})
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(`${stored} events stored, ${lost} datagrams lost, at most ${peakMegabytes} MB, ${seconds} s`)
  for (const [what, times] of [...outcomes].sort()) console.log(`  ${times} ${what}`)
} catch (error) {
  process.exitCode = 1
  console.error(error)
  const found = await shrink(seed, indexes)
  if (found !== null) console.error(`\nenough: ${found.indexes.join(' ')}\n${found.error.stack}`)
  console.error(`again: npm run fuzz -- --seed ${seed} --reports ${values.reports}`)
} finally {
  for (const end of ends.reverse()) await end()
}
