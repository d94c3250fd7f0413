/**
 * Room `world`: everything that is read from the surroundings.
 *
 * `World` is one argument: clock, folders, environment, random numbers, processes, machine id. Tests and embedding programs give
 * their own. Nothing is read when a module is imported. Reading is lazy and cheap: a few small files, no process, no network; only
 * `readMachineId` may start a process, in the sender. Times are Unix milliseconds or RFC 3339 in UTC; paths are absolute.
 * What the system does not tell is null.
 * Read next: `directories.ts` for the folders, `files.ts` for how files are written, `processes.ts`, `ci.ts`.
 */
import {hostname} from 'node:os'
import {type FoundFolder, findFolder, type LostFolder} from './directories.ts'
import {readElapsedClock} from './elapsed-clock.ts'
import type {Environment} from './environment.ts'
import {readMachineIdFile} from './machine-id.ts'
import {isShell, type Processes, readProcesses} from './processes.ts'
import {randomSource} from './random.ts'

/** Everything that the reporter reads of the world around it. Tests and embedders give their own. */
export interface World {
  readonly environment: Environment
  /** Where events wait: absolute path. */
  readonly stateDirectory: string
  /** Where the person's decisions are: absolute path. */
  readonly configDirectory: string
  /** Those of the two folders that cannot be found: nothing is recorded then, and their paths lead nowhere. */
  readonly lostFolders: readonly LostFolder[]
  /** Where the administrator's decisions are: absolute path. */
  readonly siteDirectory: string
  readonly hostName: string
  /** Unix time in milliseconds. */
  now(): number
  /** Seconds of a clock that never jumps and goes on while the machine is suspended, comparable within one boot of one machine. */
  monotonicSeconds(): number
  random(bytes: number): Uint8Array
  /** This process and its callers. */
  processes(): Processes
  /** Whether a process is a shell, which runs its commands one after the other. */
  isShell(pid: number): boolean
  /** This machine's id where reading it takes no process, else null; stays on this machine. */
  machineId(): string | null
}

/** The world as it is, with what the caller sets instead. Reads nothing but the environment. */
export function realWorld(overrides: Partial<World> = {}): World {
  const environment = overrides.environment ?? process.env
  const state = folderOf(environment, 'state', overrides.stateDirectory)
  const settings = folderOf(environment, 'settings', overrides.configDirectory)
  let processes: Processes | undefined
  return {
    environment,
    stateDirectory: state.path,
    configDirectory: settings.path,
    lostFolders: [state.lost, settings.lost].filter(one => one !== null),
    siteDirectory: process.platform === 'win32' ? 'C:\\ProgramData\\usage' : '/etc/usage',
    hostName: overrides.hostName ?? hostname(),
    now: Date.now,
    monotonicSeconds: readElapsedClock,
    random: randomSource(),
    // Read once: the callers of a command do not change while it runs.
    processes: () => {
      processes ??= readProcesses(process.pid, environment)
      return processes
    },
    isShell,
    machineId: () => readMachineIdFile(),
    ...overrides,
  }
}

const folderOf = (environment: Environment, name: LostFolder['folder'], given: string | undefined): FoundFolder =>
  given === undefined ? findFolder(environment, name) : {path: given, lost: null}

/** RFC 3339 in UTC with milliseconds. Throws a RangeError for a time that no date has. */
export function toTime(unixMilliseconds: number): string {
  const date = new Date(unixMilliseconds)
  const year = date.getUTCFullYear()
  // V8 looks for the machine's time zone before it writes any date: a file and a fifth of a millisecond.
  if (!(year >= 1000 && year <= 9999)) return date.toISOString()
  const [month, day, hour] = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours()].map(twoDigits)
  const [minute, second] = [date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits)
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${String(date.getUTCMilliseconds()).padStart(3, '0')}Z`
}

const twoDigits = (number: number): string => String(number).padStart(2, '0')
