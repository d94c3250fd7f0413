import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {pathToFileURL} from 'node:url'
import {collectionVersion, type ProjectFile} from '../../src/protocol/project/project-file.ts'
import type {ProjectStatus} from '../../src/reporter/person/status.ts'
import {eventually} from './eventually.ts'
import {personHere} from './in-process.ts'
import {type IsolatedHome, isolatedHome} from './isolated-home.ts'
import type {Kill} from './kill-at.ts'
import {projectOnDisk} from './project-on-disk.ts'
import {repositoryPath} from './repository.ts'
import {type Outcome, type RunOptions, runUsage} from './run-program.ts'

/** A user with one destination and permission to send. Only `flush` and processes of the test send anything. */
export interface Scene extends ReturnType<typeof personHere> {
  readonly home: IsolatedHome
  /** Runs `usage` without starting a sender in the background. */
  usage(args: readonly string[], options?: RunOptions): Promise<Outcome>
}

/** Makes a user whose project has the endpoint `http`. */
export function makeScene(
  t: Pick<TestContext, 'after'>,
  http: string,
  changes: Readonly<Record<string, unknown>> = {},
): Scene {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, http, changes)
  const environment = {...bare.environment, ...permissionFor(project), USAGE_PROJECT_FILE: path}
  const home = {...bare, environment}
  const usage = (args: readonly string[], options: RunOptions = {}) =>
    runUsage(home, args, {...options, environment: {USAGE_SENDER: '1', ...options.environment}})
  return {...personHere(home, project), home, usage}
}

/** The variable by which an image or a job permits sending. */
export const permissionFor = (project: ProjectFile): Record<string, string> => ({
  USAGE_CONSENT: `${project.project}@${collectionVersion(project)}`,
})

const preload = pathToFileURL(repositoryPath('test', 'support', 'kill-at.ts')).href

/** The environment in which a process kills itself at a step. */
export function killingEnvironment(scene: Pick<Scene, 'home'>, kill: Omit<Kill, 'mark'>): Record<string, string> {
  const mark = markOf(scene)
  return {NODE_OPTIONS: `--import=${preload}`, USAGE_TEST_KILL: JSON.stringify({...kill, mark})}
}

const markOf = ({home}: Pick<Scene, 'home'>): string => join(home.environment['TMPDIR'] ?? '', 'killed')

/** Whether the process has reached the step and killed itself. */
export const wasKilled = (scene: Pick<Scene, 'home'>): boolean => existsSync(markOf(scene))

/** Starts a sender in the background like a command. Resolves when it is killed at the step. */
export async function killSender(scene: Scene, point: string, nth: number): Promise<void> {
  const environment = killingEnvironment(scene, {point, nth, victim: 'sender-process'})
  rmSync(markOf(scene), {force: true})
  const outcome = await runUsage(scene.home, ['flush', '--background', '--json'], {environment})
  assert.equal(outcome.stdout.replace(/\s/g, ''), '{"started":1}', outcome.stderr)
  await eventually(() => {
    assert.ok(wasKilled(scene), `no sender reached: ${point}`)
    assert.ok(!isAlive(readFileSync(markOf(scene), 'utf8')), 'the sender is still running')
  })
}

/** Whether a process is running. A zombie has an empty command line. Reads /proc. */
function isAlive(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

/** Makes the lock and the claims two minutes old, instead of waiting until they are stale. */
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

/** The number of events of a user in each place, from `usage status`. */
export interface Balance {
  readonly sent: number
  readonly waiting: number
  readonly refused: number
  /** Dropped events and damaged files, without dropped fields. */
  readonly dropped: number
}

export function balanceOf({sent, waiting, refused, dropped}: ProjectStatus): Balance {
  const {'undeclared-field': _fields, ...drops} = dropped
  const sum = Object.values(drops).reduce((total, count) => total + count, 0)
  return {sent: sent.events, waiting: waiting.events, refused: refused.events, dropped: sum}
}

export const sumOf = ({sent, waiting, refused, dropped}: Balance): number => sent + waiting + refused + dropped
