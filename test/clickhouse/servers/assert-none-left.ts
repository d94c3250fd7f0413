/** Fails when a server of this clone still runs. For the end of `npm run test:clickhouse`. */
import {readdirSync, readFileSync} from 'node:fs'
import {launcher} from './installation.ts'

const left = readdirSync('/proc')
  .filter(name => /^\d+$/.test(name))
  .filter(pid => commandOf(pid).startsWith(`${launcher}\0`))

if (left.length > 0) {
  console.error(`clickhouse: after the tests, these servers still run: ${left.join(', ')}`)
  process.exitCode = 1
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
