import {fileURLToPath} from 'node:url'
import {messageOf} from '../../errors.ts'
import {describeProblems} from '../../protocol/problem.ts'
import {type ProjectFile, parseProjectFile} from '../../protocol/project-file.ts'
import {readProjectFile} from '../projects/projects.ts'
import type {ProgramDescription} from '../record/read-header.ts'
import type {Transport} from '../transports/transport.ts'
import type {World} from '../world/world.ts'

/** Seconds between two ticks: what a signal that ends the process may cost. */
export const defaultCheckIntervalSeconds = 10
const [shortestInterval, longestInterval] = [0.05, 3600]
/** Seconds that a flush waits: where the program says no number, and at most. */
const [usualWait, longestWait] = [10, 3600]

/** How a program counts itself. */
export interface ProgramReporterOptions extends ProgramDescription {
  /** The project file: its path, its `file:` URL, or what it says. The only required option. Read once. */
  readonly project: string | URL | ProjectFile | Readonly<Record<string, unknown>>
  /** Seconds between two ticks, 10 if not said: 0.05 to 3600, what is outside counts as the nearest. */
  readonly checkIntervalSeconds?: number
  /** What the reporter takes of the world instead of the real one: clock, folders, environment, random numbers. */
  readonly world?: Partial<World>
  /** The network of `flush`; by default a process of its own. */
  readonly transport?: Transport
}

/** A copy of what a program passes. What throws when it is read is left out and named in `unread`. Never throws. */
export function copyInput<Input extends object>(input: Input): Input {
  const copy: Record<string, unknown> = {}
  const unread: string[] = []
  const read = (what: string, reading: () => void): void => {
    try {
      reading()
    } catch {
      unread.push(`${what}: cannot be read`)
    }
  }
  read('the input', () => {
    for (const name of Object.keys(input ?? {}))
      read(name, () => {
        copy[name] = input[name as keyof Input]
      })
  })
  return {...copy, ...(unread.length > 0 ? {unread} : {})} as unknown as Input
}

/** What an option `project` names, or why there is none. Never throws: a missing file must not stop a program. */
export function readProjectOption(project: ProgramReporterOptions['project']): ProjectFile | string {
  try {
    if (project instanceof URL) return readProjectFile(fileURLToPath(project))
    if (typeof project === 'string') return readProjectFile(project)
    const parsed = parseProjectFile(project)
    return parsed.ok ? parsed.value : describeProblems(parsed.problems)
  } catch (error) {
    return messageOf(error)
  }
}

/** The milliseconds of an interval, within its bounds; the usual one for what is no number. */
export function readInterval(seconds: number = defaultCheckIntervalSeconds): number {
  if (!Number.isFinite(seconds)) return defaultCheckIntervalSeconds * 1000
  return Math.min(longestInterval, Math.max(shortestInterval, seconds)) * 1000
}

/** The seconds that a flush may take, within its bounds. Throws what the caller's own object throws. */
export function readWait(options: {readonly waitSeconds: number} | undefined): number {
  const seconds = options?.waitSeconds
  return typeof seconds === 'number' && !Number.isNaN(seconds) ? Math.min(longestWait, Math.max(0, seconds)) : usualWait
}
