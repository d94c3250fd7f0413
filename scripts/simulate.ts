/**
 * Simulates use and compares the statistics with the truth: `npm run simulate -- --seed N [--seeds COUNT] [--users N]
 * [--years N]`. It stops at the first difference and prints the command that repeats it.
 */
import {parseArgs} from 'node:util'
import {simulate} from '../test/long/simulation/simulate.ts'

const {values} = parseArgs({
  options: {
    seed: {type: 'string', default: '1'},
    seeds: {type: 'string', default: '1'},
    users: {type: 'string', default: '8'},
    years: {type: 'string', default: '1'},
    verbose: {type: 'boolean', default: false},
  },
})
const [first, count, users, years] = [values.seed, values.seeds, values.users, values.years].map(Number) as [
  number,
  number,
  number,
  number,
]

for (let seed = first; seed < first + count; seed++) {
  const startedAt = performance.now()
  try {
    const {events, stored, tally} = await simulate({seed, users, years})
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(`seed ${seed}: ${events} events, ${stored} stored, ${seconds} s`)
    if (values.verbose) for (const [what, times] of [...tally].sort()) console.log(`  ${times} ${what}`)
  } catch (error) {
    console.error(error instanceof Error ? error.stack : error)
    console.error(`again: npm run simulate -- --seed ${seed} --users ${users} --years ${years}`)
    process.exitCode = 1
    break
  }
}
