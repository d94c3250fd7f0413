/**
 * Measures the cost of `usage`: `npm run bench [-- --runs N] [-- --only PART]`. The rows of a table are measured in
 * turn and compared with the first row. To add a group of tables, add an entry to `parts`. `--only stats` first fills a
 * store with `--events N` events. `--store DIR` keeps that store for the next time. `--only beside` installs other
 * packages. `--only growth --events 5000000` fills a gigabyte. `--only purge --events 1000000` purges one month of as many
 * events. `--only stores --events 1000000` needs
 * `node test/clickhouse/servers/set-up.ts` once.
 */
import {cpus} from 'node:os'
import {parseArgs} from 'node:util'
import {benchBeside} from './beside.ts'
import {benchClients} from './clients.ts'
import {benchDatagrams} from './datagrams.ts'
import {benchGrowth} from './growth.ts'
import {benchLibrary} from './library.ts'
import {benchOtherCommands} from './other-commands.ts'
import {benchPurge} from './purge.ts'
import {benchReceive} from './receive.ts'
import {benchReportingCommands} from './reporting-commands.ts'
import {benchRun} from './run-command.ts'
import {benchShellFunctions} from './shell-functions.ts'
import {benchStats} from './stats.ts'
import {benchStores} from './stores.ts'
import {benchWaitingEvents} from './waiting-events.ts'

const parts: Readonly<Record<string, (runs: number, events: number, store: string | null) => Promise<string[]>>> = {
  reporting: benchReportingCommands,
  waiting: benchWaitingEvents,
  shells: benchShellFunctions,
  run: benchRun,
  library: benchLibrary,
  clients: benchClients,
  others: benchOtherCommands,
  receive: runs => benchReceive(Math.min(runs, 9)),
  growth: (_runs, events) => benchGrowth(events),
  purge: (_runs, events) => benchPurge(events),
  datagrams: benchDatagrams,
  stats: benchStats,
  stores: (runs, events) => benchStores(Math.min(runs, 9), events),
  beside: benchBeside,
}
/** Measured only with `--only`: they install packages, fill a disk, or start a ClickHouse server. */
const onlyNamed = ['beside', 'growth', 'purge', 'stores']

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
// Servers of this bench may still be open.
process.exit()
