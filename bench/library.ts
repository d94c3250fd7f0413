import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {gzipSync} from 'node:zlib'
import {openCollector} from '../src/collector/collector.ts'
import {collectionVersion, parseProjectFile} from '../src/protocol/project/project-file.ts'
import {destinationOf} from '../src/reporter/destination/destination.ts'
import {countDrops} from '../src/reporter/destination/drops.ts'
import {readSent} from '../src/reporter/destination/sent-log.ts'
import {flushDestinations} from '../src/reporter/person/flush.ts'
import {runSender} from '../src/reporter/sender/run-sender.ts'
import {realWorld} from '../src/reporter/world/world.ts'
import {measure, median, type Row, writeTable} from './measure.ts'
import {openNetworks} from './networks.ts'
import {makePlace, type Place} from './place.ts'
import {storedUses} from './stored-uses.ts'

export const library: string = JSON.stringify(new URL('../dist/index.js', import.meta.url).href)
const names = Array.from({length: 1000}, (_, index) => `Step.v${index}`)
const details = {step: {type: 'integer', description: 'Number of the step'}}

/**
 * Measures the cost of the library in a program: import, one record, exit with a silent server, a million uses, exits.
 */
export async function benchLibrary(runs: number): Promise<string[]> {
  return [await benchPrograms(runs), await benchMillion(Math.min(runs, 5)), await benchExits()]
}

async function benchPrograms(runs: number): Promise<string> {
  const networks = await openNetworks()
  const silent = networks.find(({name}) => name === 'black-holed')
  const place = makePlace(silent?.http ?? '')
  const use = `import {createReporter} from ${library}
const reporter = createReporter({project: process.env.USAGE_PROJECT_FILE})
const use = () => reporter.feature({name: 'Load.v1', type: 'Algorithm'})`
  const row = (name: string, source: string, prepare: () => void): Row => ({
    ...{name, prepare, environment: place.environment, leavesProcess: prepare === place.freeSending},
    command: [process.execPath, '--input-type=module', '-e', source],
  })
  try {
    const rows = [
      row('a program that does nothing', '0', place.holdSending),
      row('that imports the library', `import ${library}`, place.holdSending),
      row('and records one feature', `${use}\nuse()`, place.holdSending),
      row('the same, and a sender starts', `${use}\nuse()`, place.freeSending),
      row('10^5 features, server black-holed', `${use}\nfor (let i = 0; i < 1e5; i++) use()`, place.freeSending),
    ]
    return writeTable('The library', await measure(rows, runs))
  } finally {
    place.remove()
    for (const network of networks) network.close()
  }
}

/** A million uses of a thousand names, in one loop and with turns of the event loop between them. */
async function benchMillion(runs: number): Promise<string> {
  const programs = {
    'in one loop': 'for (let i = 0; i < 1e6; i++) use(i)',
    'a turn of the loop every 1,000': 'for (let i = 0; i < 1e6; i++) { use(i); if (i % 1000 === 0) await turn() }',
    'each with a duration of its own, in one loop': 'for (let i = 0; i < 1e6; i++) use(i, duration(i))',
    'each with a duration of its own, a turn every 1,000':
      'for (let i = 0; i < 1e6; i++) { use(i, duration(i)); if (i % 1000 === 0) await turn() }',
    'each with details, a turn every 1,000':
      'for (let i = 0; i < 1e6; i++) { use(i, null, {step: i}); if (i % 1000 === 0) await turn() }',
  }
  const lines: string[] = []
  for (const [name, loop] of Object.entries(programs)) {
    const counted: Counted[] = []
    for (let each = 0; each < runs; each++) counted.push(await runCounted(`${loop}\nsay()`))
    const said = counted.map(({printed}) => JSON.parse(printed) as Record<'microseconds' | 'megabytes', number>)
    const of = (pick: (one: Counted) => number): number => median(counted.map(pick))
    const [microseconds, megabytes] = [
      median(said.map(one => one.microseconds)),
      median(said.map(one => one.megabytes)),
    ]
    const counts = `${of(one => one.collected)} | ${of(one => one.dropped)}`
    const bytes = `${of(one => one.sentBytes) / 1000} | ${of(one => one.compressedBytes) / 1000}`
    lines.push(`| ${name} | ${microseconds.toFixed(2)} | ${megabytes.toFixed(0)} | ${counts} | ${bytes} |`)
  }
  const columns = 'µs each | more memory, MB | collected | counted drops | kB sent | kB with gzip'
  const head = `| 10^6 uses of 1,000 names (${runs} runs each, medians) | ${columns} |`
  return ['### A million uses', '', head, '|---|---:|---:|---:|---:|---:|---:|', ...lines, ''].join('\n')
}

/** How many of 10^5 uses, which no tick has written yet, are collected or dropped, for each way to end the program. */
async function benchExits(): Promise<string> {
  const ends = {
    'its normal end': '',
    '`close`': 'await reporter.close()',
    '`process.exit`': 'process.exit(0)',
    'an uncaught exception': "setImmediate(() => { throw new Error('on purpose') })",
    SIGTERM: "process.kill(process.pid, 'SIGTERM')\nawait new Promise(() => setTimeout(() => {}, 1000))",
  }
  const lines: string[] = []
  for (const [name, end] of Object.entries(ends)) {
    const equal = await runCounted(`for (let i = 0; i < 1e5; i++) use(i)\n${end}`)
    const apart = await runCounted(`for (let i = 0; i < 1e5; i++) use(i, null, {step: i})\n${end}`)
    const cells = [equal, apart].map(({collected, dropped}) => `${collected} | ${dropped}`)
    lines.push(`| ${name} | ${cells.join(' | ')} |`)
  }
  const head = '| 10^5 uses, then | equal: collected | dropped | with details: collected | dropped |'
  return ['### Each kind of exit', '', head, '|---|---:|---:|---:|---:|', ...lines, ''].join('\n')
}

/**
 * An expression for the peak memory of a program in MB. On Linux it reads the high-water mark, because `maxRSS` starts
 * there with the memory of the parent, which is this bench.
 */
export const peakMegabytes: string =
  process.platform === 'linux'
    ? "Number(/VmHWM:\\s+(\\d+)/.exec(process.getBuiltinModule('fs').readFileSync('/proc/self/status', 'utf8'))[1]) / 1024"
    : 'process.resourceUsage().maxRSS / 1024'

const program = `import {createReporter} from ${library}
const reporter = createReporter({project: process.env.USAGE_PROJECT_FILE})
const names = Array.from({length: 1000}, (_, index) => 'Step.v' + index)
const turn = () => new Promise(setImmediate)
const use = (i, durationSeconds = null, details = null) =>
  reporter.feature({name: names[i % 1000], type: 'Algorithm', durationSeconds, details})
// From about a tenth to ten times the usual duration of a name, which is a millisecond to a second.
const usual = names.map((_, index) => 0.001 * 1000 ** (index / 1000))
const swing = Array.from({length: 997}, (_, index) => 10 ** (Math.sin(index) ** 3))
const duration = i => usual[i % 1000] * swing[i % 997] * (1 + i / 1e9)
const before = process.memoryUsage.rss()
const since = performance.now()
const say = () => {
  const microseconds = ((performance.now() - since) * 1000) / 1e6
  console.log(JSON.stringify({microseconds, megabytes: ${peakMegabytes} - before / 2 ** 20}))
}
`

interface Counted {
  readonly printed: string
  readonly collected: number
  readonly dropped: number
  /** Bytes of the bodies of all reports, and with the compression that the sender uses. */
  readonly sentBytes: number
  readonly compressedBytes: number
}

/** Runs a program that reports to a new collector, sends its waiting events, and counts collected and dropped uses. */
export async function runCounted(source: string): Promise<Counted> {
  const place = makePlace('http://127.0.0.1:9')
  const projectsDirectory = join(place.home, 'projects')
  const dataDirectory = join(place.home, 'data')
  const collector = await openCollector({
    projectsDirectory: writeProject(place, projectsDirectory),
    dataDirectory,
    host: '127.0.0.1',
    port: 0,
    now: Date.now,
  })
  try {
    const {environment, destination} = pointTo(place, collector.http)
    const printed = await run(`${program}${source}`, environment)
    const world = realWorld({environment})
    while ((await flushDestinations(world, [destination], {deliver: runSender, waitSeconds: 30})).kept > 0);
    const {quota} = countDrops(destination.paths.drops)
    const bodies = readSent(destination.paths.sent).map(({body}) => body)
    const sum = (bytesOf: (body: string) => number): number => bodies.reduce((all, body) => all + bytesOf(body), 0)
    return {
      printed,
      collected: storedUses(dataDirectory),
      dropped: quota,
      sentBytes: sum(body => Buffer.byteLength(body)),
      compressedBytes: sum(body => gzipSync(body).length),
    }
  } finally {
    await collector.close()
    place.remove()
  }
}

function documentOf(place: Place, http: string): Record<string, unknown> {
  const document = JSON.parse(readFileSync(place.environment['USAGE_PROJECT_FILE'] ?? '', 'utf8'))
  return {...document, endpoint: {http}, features: {types: ['Algorithm'], names, details}}
}

function writeProject(place: Place, directory: string): string {
  mkdirSync(directory)
  writeFileSync(join(directory, 'demo.json'), JSON.stringify(documentOf(place, 'http://127.0.0.1:9')))
  return directory
}

/** Sends the project of a place to an address, with consent for it. */
export function pointTo(place: Place, http: string) {
  const document = documentOf(place, http)
  const parsed = parseProjectFile(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  writeFileSync(place.environment['USAGE_PROJECT_FILE'] ?? '', JSON.stringify(document))
  const environment = {...place.environment, USAGE_CONSENT: `demo@${collectionVersion(parsed.value)}`}
  return {environment, destination: destinationOf(realWorld({environment}).stateDirectory, parsed.value)}
}

async function run(source: string, env: Readonly<Record<string, string>>): Promise<string> {
  const args = ['--input-type=module', '-e', source]
  const child = spawn(process.execPath, args, {env, stdio: ['ignore', 'pipe', 'ignore']})
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return printed
}
