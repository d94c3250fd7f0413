import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Readable} from 'node:stream'
import type {TestContext} from 'node:test'
import {askStore} from '../../src/cli/maintain/ask-stats.ts'
import {dashboardPages} from '../../src/cli/maintain/dashboard-pages.ts'
import {type CollectorOptions, openCollector} from '../../src/collector/collector.ts'
import {storeInFolder} from '../../src/collector/store/place.ts'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import type {Quality, Stats} from '../../src/stats/model/model.ts'
import type {IsolatedHome} from './isolated-home.ts'
import {repositoryPath} from './repository.ts'

/** Stats without a filter: no answer is null. */
export type Unfiltered = {
  readonly [K in keyof Stats]: K extends 'commonestFault' ? Stats[K] : NonNullable<Stats[K]>
} & {
  readonly quality: {readonly [K in keyof Quality]: NonNullable<Quality[K]>}
}

/** A collector that listens. */
export interface ListeningCollector {
  readonly http: string
  /** The address for datagrams, HOST:PORT. Null if it is turned off. */
  readonly udp: string
  readonly token: string | null
  readonly data: string
  /** Ends it as SIGTERM does and resolves to its exit code. */
  stop(): Promise<number | null>
  /** The answer of `usage stats --json` for a project of this collector, without running the command. */
  stats(project: string): Promise<Unfiltered>
}

/** A real `usage collect` in its own process, which is killed when the test ends. */
export interface RunningCollector extends ListeningCollector {
  readonly pid: number
  /** Everything that it has written to stdout and stderr so far. */
  written(): string
  /** Sends SIGKILL and waits for its end. */
  kill(): Promise<void>
  /** Resolves when it has ended, to the signal that ended it, or null. */
  readonly ended: Promise<NodeJS.Signals | null>
}

/** Writes the folders of a collector below a home. */
function makeFolders(home: IsolatedHome, projects: readonly ProjectFile[]) {
  const directory = join(home.environment['TMPDIR'] ?? '', 'collector')
  const projectsDirectory = join(directory, 'projects')
  mkdirSync(projectsDirectory, {recursive: true})
  for (const project of projects)
    writeFileSync(join(projectsDirectory, `${project.project}.json`), JSON.stringify(project))
  return {projectsDirectory, data: join(directory, 'data')}
}

const statsOf =
  (data: string) =>
  async (project: string): Promise<Unfiltered> =>
    JSON.parse(JSON.stringify(await askStore(storeInFolder(data), {project, by: 'month'}, Date.now())))

/**
 * Opens a collector in this process, which closes when the test ends. Costs a tenth of `runningCollector`: for tests in
 * which nothing is done to the process of the collector.
 */
export async function collectorHere(
  t: Pick<TestContext, 'after'>,
  home: IsolatedHome,
  projects: readonly ProjectFile[],
  {port = 0, ...changes}: Partial<CollectorOptions> = {},
): Promise<ListeningCollector> {
  const {projectsDirectory, data} = makeFolders(home, projects)
  const collector = await openCollector({
    ...{projectsDirectory, dataDirectory: data, host: '127.0.0.1', port, now: Date.now},
    ...{udp: {host: '127.0.0.1', port: 0, isOptional: false}, pages: dashboardPages('token')},
    ...changes,
  })
  let closed: Promise<void> | undefined
  const stop = async () => {
    closed ??= collector.close()
    await closed
    return 0
  }
  t.after(stop)
  const {http, udp, token} = collector
  return {http, udp: udp ?? '', token, data, stop, stats: statsOf(data)}
}

/** Starts a collector for some projects. `address` is HOST:PORT (default: a free port). `more` are further flags. */
export async function runningCollector(
  t: Pick<TestContext, 'after'>,
  home: IsolatedHome,
  projects: readonly ProjectFile[],
  address = '127.0.0.1:0',
  more: readonly string[] = [],
): Promise<RunningCollector> {
  const {projectsDirectory, data} = makeFolders(home, projects)
  const args = ['collect', '--projects', projectsDirectory, '--data', data, '--http', address, '--json', ...more]
  if (!more.includes('--udp')) args.push('--udp', '127.0.0.1:0')
  const child = spawn(process.execPath, [repositoryPath('bin', 'run.js'), ...args], {
    env: home.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => end(child, 'SIGKILL'))
  let written = ''
  for (const output of [child.stdout, child.stderr]) output.on('data', chunk => (written += chunk))
  child.stderr.pipe(process.stderr, {end: false})
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null)
  const line = await Promise.race([firstLine(child.stdout), ended.then(() => null)])
  if (line === null) throw new Error('the collector ended before it listened')
  const {http, udp, token} = JSON.parse(line) as {http: string; udp: string; token: string | null}
  return {
    http,
    udp,
    pid: child.pid!,
    token,
    data,
    ended,
    written: () => written,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL')
    },
    stats: statsOf(data),
  }
}

async function firstLine(output: Readable): Promise<string> {
  const [line] = (await once(createInterface(output), 'line')) as [string]
  return line
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal)
    await once(child, 'exit')
  }
  return child.exitCode
}
