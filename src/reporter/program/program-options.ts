import {fileURLToPath} from 'node:url'
import {messageOf} from '../../errors.ts'
import {type ProjectFile, parseProjectFile} from '../../protocol/project/project-file.ts'
import {describeProblems, describeValue} from '../../protocol/values/problem.ts'
import {readProjectFile} from '../projects/projects.ts'
import type {ProgramDescription} from '../record/read-header.ts'
import type {Transport} from '../transports/transport.ts'
import type {World} from '../world/world.ts'

/** Seconds between two ticks. A signal that ends the process may lose the features of this time. */
export const defaultCheckIntervalSeconds = 10
const [shortestInterval, longestInterval] = [0.05, 3600]
/** Seconds of a flush: the default and the maximum. */
const [usualWait, longestWait] = [10, 3600]

/** The options of a program's reporter. */
export interface ProgramReporterOptions extends ProgramDescription {
  /** The project file: its path, its `file:` URL, or its content. The only required option. Read once, at creation. */
  readonly project: string | URL | ProjectFile | Readonly<Record<string, unknown>>
  /** Seconds between two ticks, from 0.05 to 3600 (default: 10). Other values are limited to this range. */
  readonly checkIntervalSeconds?: number
  /** Replaces parts of the real world: clock, folders, environment, random numbers. */
  readonly world?: Partial<World>
  /** The transport of `flush`. Default: a sender in a child process. */
  readonly transport?: Transport
}

/**
 * Copies the input of a program. A value that throws when it is read, and an input that is no object, such as `end(3)`,
 * is left out and named in `unread`. Never throws.
 */
export function copyInput<Input extends object>(input: Input): Input {
  if (input !== undefined && input !== null && typeof input !== 'object')
    return {unread: [`the input: must be an object, got ${describeValue(input)}`]} as unknown as Input
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

/**
 * Reads the project file of the option `project`. Returns a description of the problem if there is one. Never throws.
 */
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

/** Converts an interval to milliseconds, limited to its range. The default for a value that is no finite number. */
export function readInterval(seconds: number = defaultCheckIntervalSeconds): number {
  if (!Number.isFinite(seconds)) return defaultCheckIntervalSeconds * 1000
  return Math.min(longestInterval, Math.max(shortestInterval, seconds)) * 1000
}

/** Reads the seconds of a flush, limited to their range. Throws if reading the caller's object throws. */
export function readWait(options: {readonly waitSeconds: number} | undefined): number {
  const seconds = options?.waitSeconds
  return typeof seconds === 'number' && !Number.isNaN(seconds) ? Math.min(longestWait, Math.max(0, seconds)) : usualWait
}
