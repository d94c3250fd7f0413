// Runs a collector on a file system of 16 MB that this process has mounted at the folder of its argument, fills it, posts
// reports, and frees it again. Prints what each step answered. `unshare -Urm` starts it.
import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {openCollector} from '../../src/collector/collector.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {toUsageError} from '../../src/errors.ts'
import {get, post} from '../collector/running-collector.ts'
import {featureOf, reportOf, writtenProject} from '../collector/samples.ts'

const [directory = '', minFree = ''] = process.argv.slice(2)
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory])
const projectsDirectory = join(directory, 'projects')
mkdirSync(projectsDirectory)
writeFileSync(join(projectsDirectory, 'parsl.json'), JSON.stringify(writtenProject()))
const collector = await openCollector({
  ...{projectsDirectory, dataDirectory: join(directory, 'data'), host: '127.0.0.1', port: 0, now: Date.now},
  minFreeBytes: minFree === '' ? null : Number(minFree),
})

let number = 0
async function ask() {
  const events = Array.from({length: 100}, () => featureOf(++number, Date.now()))
  const {status, headers} = await post(collector.http, reportOf(events))
  return {status, hasRetryAfter: headers.has('retry-after'), ready: (await get(collector.http, '/readyz')).status}
}

/** Waits a little longer than an answer of `/readyz` or a look at the disk counts. */
const settle = () => wait(6_000)

/** The code with which the store of the killed collector cannot be opened. */
function codeOfOpening(): string {
  try {
    openSqliteStore(killed)
    return 'opened'
  } catch (error) {
    return toUsageError(error).code
  }
}

const before = await ask()
for (let report = 0; report < 20; report++) await ask()
// What a kill would leave: events that are only in the log of the store.
const killed = join(directory, 'killed')
cpSync(join(directory, 'data'), killed, {recursive: true})
const filler = join(directory, 'filler')
try {
  writeFileSync(filler, Buffer.alloc(32 * 1024 * 1024))
} catch {
  // The disk is full now.
}
await settle()
const full = []
for (let report = 0; report < 30; report++) full.push(await ask())
await settle()
full.push(await ask())
const restarted = codeOfOpening()
rmSync(filler)
await settle()
const freed = await ask()
process.stdout.write(
  JSON.stringify({before, full: full.map(({status}) => status), last: full.at(-1), restarted, freed}),
)
await collector.close()
