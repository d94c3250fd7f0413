/**
 * Measures what `usage` costs: `npm run bench [-- --runs N] [-- --only PART]`. Every table is measured in one run, its rows in
 * turn, and compared with its first row. A new group of rows is a new entry here. `--only stats` fills a store with `--events N`
 * first, in a folder that is left for the next time if it is named: `--store DIR`. `--only beside` installs other packages for itself.
 */
import {cpus} from 'node:os'
import {parseArgs} from 'node:util'
import {benchBeside} from './beside.ts'
import {benchLibrary} from './library.ts'
import {benchOtherCommands} from './other-commands.ts'
import {benchReportingCommands} from './reporting-commands.ts'
import {benchRun} from './run-command.ts'
import {benchShellFunctions} from './shell-functions.ts'
import {benchStats} from './stats.ts'
import {benchWaitingEvents} from './waiting-events.ts'

const parts: Readonly<Record<string, (runs: number, events: number, store: string | null) => Promise<string[]>>> = {
  reporting: benchReportingCommands,
  waiting: benchWaitingEvents,
  shells: benchShellFunctions,
  run: benchRun,
  library: benchLibrary,
  others: benchOtherCommands,
  stats: benchStats,
  beside: benchBeside,
}
/** Measured only when it is named: it installs packages. */
const onlyNamed = ['beside']

const {values} = parseArgs({
  options: {
    runs: {type: 'string', default: '30'},
    only: {type: 'string'},
    events: {type: 'string', default: '200000'},
    store: {type: 'string'},
  },
})
const [cpu] = cpus()
console.log(`${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}, ${cpus().length} × ${cpu?.model}\n`)
for (const [name, bench] of Object.entries(parts))
  if (values.only === undefined ? !onlyNamed.includes(name) : values.only === name)
    for (const table of await bench(Number(values.runs), Number(values.events), values.store ?? null))
      console.log(table)
// What listens or is silent here has nobody left to answer.
process.exit()
