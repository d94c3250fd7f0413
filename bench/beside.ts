import {spawn, spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {countingServer} from './counting-server.ts'
import {library, peakMegabytes, pointTo, runCounted} from './library.ts'
import {measure, median, type Row, writeTable} from './measure.ts'
import {openNetworks} from './networks.ts'
import {makePlace} from './place.ts'

/** Parts of a program that counts uses with a package, and ends as the package's documentation says. */
interface Counter {
  readonly name: string
  readonly load: string
  /** Defines `use(i)`, which counts one use and sends to `http`. */
  readonly open: (http: string) => string
  readonly end: string
}

const packages = ['posthog-node', '@segment/analytics-node']
const names = "const names = Array.from({length: 1000}, (_, index) => 'Step.v' + index)"
/** Seconds after which a program is killed. */
const maxSeconds = 60

/**
 * Compares the library with similar packages. It installs them into a temporary folder and removes them at the end.
 * They send only to a server of this bench. If they cannot be installed, the result says so.
 */
export async function benchBeside(runs: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-beside-'))
  try {
    const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', ...packages]
    if (spawnSync('npm', args, {stdio: 'ignore'}).status !== 0)
      return ['The other packages cannot be installed here.\n']
    const counters = [ourCounter, ...otherCounters(folder)]
    return [
      await benchImports(counters, runs),
      await benchLoop(counters, Math.min(runs, 5)),
      await benchMillion(counters),
      await benchSilence([...counters, {...ourCounter, name: 'usage, its normal end', end: ''}], 1),
    ]
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

const ourCounter: Counter = {
  name: 'usage',
  load: `import {createReporter} from ${library}`,
  open: () => `const reporter = createReporter({project: process.env.USAGE_PROJECT_FILE})
const use = i => reporter.feature({name: names[i % 1000], type: 'Algorithm'})`,
  end: 'await reporter.close()',
}

function otherCounters(folder: string): Counter[] {
  const [posthog, segment] = packages.map(name => {
    const root = join(folder, 'node_modules', name)
    const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string}
    const require = `import {createRequire} from 'node:module'\nconst from = createRequire(${JSON.stringify(`${folder}/x.js`)})`
    return {name: `${name} ${version}`, load: `${require}\nconst lib = from(${JSON.stringify(name)})`}
  }) as [Pick<Counter, 'name' | 'load'>, Pick<Counter, 'name' | 'load'>]
  return [
    {
      ...posthog,
      open: http => `const client = new lib.PostHog('key', {host: ${JSON.stringify(http)}, disableGeoip: true})
const use = i => client.capture({distinctId: 'somebody', event: names[i % 1000]})`,
      end: 'await client.shutdown()',
    },
    {
      ...segment,
      open: http => `const client = new lib.Analytics({writeKey: 'key', host: ${JSON.stringify(http)}, path: '/v1/batch'})
client.on('error', () => {})
const use = i => client.track({anonymousId: 'somebody', event: names[i % 1000]})`,
      end: 'await client.closeAndFlush()',
    },
  ]
}

async function benchImports(counters: readonly Counter[], runs: number): Promise<string> {
  const row = (name: string, source: string): Row => ({
    name,
    command: [process.execPath, '--input-type=module', '-e', source],
  })
  const rows = counters.map(({name, load}) => row(`that imports ${name}`, load))
  return writeTable('Beside others: import', await measure([row('a program that does nothing', '0'), ...rows], runs))
}

const loop = `{
const since = performance.now()
for (let i = 0; i < 1e5; i++) use(i)
console.log(JSON.stringify({microseconds: ((performance.now() - since) * 1000) / 1e5}))
}`

/** The time of one use in a loop without turns of the event loop, and how many uses arrive. */
async function benchLoop(counters: readonly Counter[], runs: number): Promise<string> {
  const taken = counters.map(({name}) => ({name, microseconds: [] as number[], arrived: [] as number[]}))
  for (let each = 0; each < runs; each++)
    for (const [index, counter] of counters.entries()) {
      const {printed, arrived} = await countArrived(counter, loop)
      taken[index]!.microseconds.push((JSON.parse(printed) as {microseconds: number}).microseconds)
      taken[index]!.arrived.push(arrived)
    }
  const first = median(taken[0]!.microseconds)
  const lines = taken.map(({name, microseconds, arrived}) => {
    const middle = median(microseconds)
    return `| ${name} | ${middle.toFixed(2)} | ${(middle / first).toFixed(0)} | ${median(arrived)} |`
  })
  const head = `| 10^5 uses in one loop, then the documented end (${runs} runs each, medians) | µs each | ratio | arrived |`
  return ['### Beside others: one use', '', head, '|---|---:|---:|---:|', ...lines, ''].join('\n')
}

const million = `{
const turn = () => new Promise(setImmediate)
const before = process.memoryUsage.rss()
const since = performance.now()
for (let i = 0; i < 1e6; i++) { use(i); if (i % 1000 === 0) await turn() }
console.log(JSON.stringify({
  microseconds: ((performance.now() - since) * 1000) / 1e6,
  megabytes: ${peakMegabytes} - before / 2 ** 20,
}))
}`

async function benchMillion(counters: readonly Counter[]): Promise<string> {
  const lines: string[] = []
  for (const counter of counters) {
    const {printed, seconds, arrived, dropped} = await countArrived(counter, million)
    const {microseconds = 0, megabytes = 0} = JSON.parse(printed || '{}') as Record<string, number>
    const figures = printed === '' ? '– | –' : `${microseconds.toFixed(2)} | ${megabytes.toFixed(0)}`
    const ended = seconds === null ? `ended after ${maxSeconds}` : seconds.toFixed(1)
    lines.push(`| ${counter.name} | ${figures} | ${ended} | ${arrived} | ${dropped ?? 'says nothing'} |`)
  }
  const head = '| 10^6 uses of 1,000 names | µs each | more memory, MB | whole program, s | arrived | counted drops |'
  return ['### Beside others: a million uses', '', head, '|---|---:|---:|---:|---:|---:|', ...lines, ''].join('\n')
}

async function countArrived({name, load, open, end}: Counter, uses: string) {
  if (name === ourCounter.name) {
    const since = performance.now()
    const {printed, collected, dropped} = await runCounted(`${uses}\n${end}`)
    if (printed === '') throw new Error(`the program must print its figures, got nothing from ${name}`)
    return {printed, seconds: (performance.now() - since) / 1000, arrived: collected, dropped}
  }
  const server = await countingServer()
  try {
    const source = [load, names, open(server.http), uses, end].join('\n')
    const {printed, seconds} = await run(source, {})
    return {printed, seconds, arrived: server.arrived(), dropped: null}
  } finally {
    server.close()
  }
}

/** Prints the seconds from the program's start until its end resolved. Timers may keep the program running longer. */
const resolved = 'console.log(performance.now() / 1000)'

/** A thousand uses, then the documented end, with a server that accepts connections and never answers. */
async function benchSilence(counters: readonly Counter[], runs: number): Promise<string> {
  const networks = await openNetworks()
  const silent = networks.find(({name}) => name === 'black-holed')?.http ?? ''
  const place = makePlace(silent)
  const {environment} = pointTo(place, silent)
  const lines: string[] = []
  try {
    for (const {name, load, open, end} of counters) {
      const source = [load, names, open(silent), 'for (let i = 0; i < 1000; i++) use(i)', end, resolved].join('\n')
      const [took, waited]: [number[], number[]] = [[], []]
      for (let each = 0; each < runs; each++) {
        place.freeSending()
        const {printed, seconds} = await run(source, environment)
        took.push(seconds ?? maxSeconds)
        waited.push(printed === '' ? maxSeconds : Number(printed))
      }
      const cells = [waited, took]
        .map(median)
        .map(each => (each >= maxSeconds ? `more than ${maxSeconds}` : each.toFixed(2)))
      lines.push(`| ${name} | ${cells.join(' | ')} |`)
    }
  } finally {
    place.remove()
    for (const network of networks) network.close()
  }
  const head = `| 1,000 uses and the end, nobody answers (${runs} run each) | its end resolves, s | the program ends, s |`
  return ['### Beside others: a silent server', '', head, '|---|---:|---:|', ...lines, ''].join('\n')
}

/** Runs a program. `seconds` is null if it was killed. */
async function run(source: string, env: Readonly<Record<string, string>>) {
  const since = performance.now()
  const args = ['--input-type=module', '-e', source]
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const child = spawn(process.execPath, args, {env: {...env}, stdio: [...stdio], timeout: maxSeconds * 1000})
  const ended = new Promise<number | null>(resolve => child.on('exit', resolve))
  const [printed, code] = await Promise.all([text(child.stdout!), ended])
  if (code) throw new Error(`the program must exit with 0, got ${code} from ${source}`)
  return {printed, seconds: code === null ? null : (performance.now() - since) / 1000}
}
