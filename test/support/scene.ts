import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {pathToFileURL} from 'node:url'
import {collectionVersion, type ProjectFile} from '../../src/protocol/project-file.ts'
import {type Destination, destinationOf} from '../../src/reporter/destination/destination.ts'
import type {FlushOutcome} from '../../src/reporter/person/flush.ts'
import type {ProjectStatus} from '../../src/reporter/person/status.ts'
import {createReporter, type Reporter} from '../../src/reporter/reporter.ts'
import {realWorld, type World} from '../../src/reporter/world/world.ts'
import {eventually} from './eventually.ts'
import {type IsolatedHome, isolatedHome} from './isolated-home.ts'
import type {Kill} from './kill-at.ts'
import {projectOnDisk} from './project-on-disk.ts'
import {repositoryPath} from './repository.ts'
import {type Outcome, type RunOptions, runUsage} from './run-program.ts'

/** A person who reports to one destination and has said yes; nothing is sent but by `flush` and what a test starts. */
export interface Scene {
  readonly home: IsolatedHome
  readonly world: World
  readonly destination: Destination
  /** The library in this process, in the world of the person. */
  readonly reporter: Reporter
  /** Runs `usage` as a command of this test's; it starts no sender in the background. */
  usage(args: readonly string[], options?: RunOptions): Promise<Outcome>
  flush(): Promise<FlushOutcome>
  status(): Promise<ProjectStatus>
}

/** Makes a person whose project reports to `http`. */
export function makeScene(
  t: Pick<TestContext, 'after'>,
  http: string,
  changes: Readonly<Record<string, unknown>> = {},
): Scene {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http, changes)
  const environment = {...bare.environment, ...permissionFor(project), USAGE_PROJECT_FILE: path}
  const home = {...bare, environment}
  const world = realWorld({environment})
  const destination = destinationOf(world.stateDirectory, project)
  const usage = (args: readonly string[], options: RunOptions = {}) =>
    runUsage(home, args, {...options, environment: {USAGE_SENDER: '1', ...options.environment}})
  return {
    home,
    world,
    destination,
    reporter: createReporter({project, world: {environment}}),
    usage,
    flush: async () => JSON.parse((await usage(['flush', '--wait', '40', '--json'])).stdout),
    status: async () => JSON.parse((await usage(['status', '--json'])).stdout).projects[0],
  }
}

/** The yes of an image or a job. */
export const permissionFor = (project: ProjectFile): Record<string, string> => ({
  USAGE_CONSENT: `${project.project}@${collectionVersion(project)}`,
})

const preload = pathToFileURL(repositoryPath('test', 'support', 'kill-at.ts')).href

/** What makes a process die at a step, as its environment. */
export function killingEnvironment(scene: Pick<Scene, 'home'>, kill: Omit<Kill, 'mark'>): Record<string, string> {
  const mark = markOf(scene)
  return {NODE_OPTIONS: `--import=${preload}`, USAGE_TEST_KILL: JSON.stringify({...kill, mark})}
}

const markOf = ({home}: Pick<Scene, 'home'>): string => join(home.environment['TMPDIR'] ?? '', 'killed')

/** Whether the process that was to die has said that it reached the step. */
export const wasKilled = (scene: Pick<Scene, 'home'>): boolean => existsSync(markOf(scene))

/** Starts a sender in the background as a command does, and resolves when it was killed at the step. */
export async function killSender(scene: Scene, point: string, nth: number): Promise<void> {
  const environment = killingEnvironment(scene, {point, nth, victim: 'sender-process'})
  rmSync(markOf(scene), {force: true})
  const outcome = await runUsage(scene.home, ['flush', '--background', '--json'], {environment})
  assert.equal(outcome.stdout.replace(/\s/g, ''), '{"started":1}', outcome.stderr)
  await eventually(() => {
    assert.ok(wasKilled(scene), `no sender reached: ${point}`)
    assert.ok(!isAlive(readFileSync(markOf(scene), 'utf8')), 'the sender lives')
  })
}

/** A process that has ended and was not waited for has no command line. */
function isAlive(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

/** Stands in for a minute of waiting: the lock and the claims that are there become two minutes older. */
export function passAMinute({destination: {paths}}: Scene): void {
  const past = new Date(Date.now() - 120_000)
  if (existsSync(paths.lock)) {
    const text = readFileSync(paths.lock, 'utf8')
    if (text !== '') writeFileSync(paths.lock, JSON.stringify({...JSON.parse(text), time: past.toISOString()}))
    utimesSync(paths.lock, past, past)
  }
  if (existsSync(paths.sending))
    for (const claim of readdirSync(paths.sending)) utimesSync(join(paths.sending, claim), past, past)
}

/** Where the events of a person are, as `usage status` says it. */
export interface Balance {
  readonly sent: number
  readonly waiting: number
  readonly refused: number
  /** Events, and files that were damaged; fields are none. */
  readonly dropped: number
}

export function balanceOf({sent, waiting, refused, dropped}: ProjectStatus): Balance {
  const {'undeclared-field': _fields, ...drops} = dropped
  const sum = Object.values(drops).reduce((total, count) => total + count, 0)
  return {sent: sent.events, waiting: waiting.events, refused: refused.events, dropped: sum}
}

export const sumOf = ({sent, waiting, refused, dropped}: Balance): number => sent + waiting + refused + dropped
