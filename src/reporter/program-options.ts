import {fileURLToPath} from 'node:url'
import {describeProblems} from '../protocol/problem.ts'
import {type ProjectFile, parseProjectFile} from '../protocol/project-file.ts'
import {readProjectFile} from './projects.ts'
import type {ProgramWords} from './read-header.ts'
import type {Transport} from './transports/transport.ts'
import type {World} from './world.ts'

/** Seconds between two ticks: what a signal that ends the process may cost. */
export const defaultCheckIntervalSeconds = 10
const [shortestInterval, longestInterval] = [0.05, 3600]

/** How a program counts itself. */
export interface ProgramReporterOptions extends ProgramWords {
  /** The project file: its path, its `file:` URL, or what it says. The only required option. Read once. */
  readonly project: string | URL | ProjectFile | Readonly<Record<string, unknown>>
  /** Seconds between two ticks, 10 if not said: 0.05 to 3600, what is outside counts as the nearest. */
  readonly checkIntervalSeconds?: number
  /** What the reporter takes of the world instead of the real one: clock, folders, environment, random numbers. */
  readonly world?: Partial<World>
  /** The network of `flush`; by default a process of its own. */
  readonly transport?: Transport
}

/** What an option `project` names, or why there is none. Never throws: a missing file must not stop a program. */
export function readProjectOption(project: ProgramReporterOptions['project']): ProjectFile | string {
  try {
    if (project instanceof URL) return readProjectFile(fileURLToPath(project))
    if (typeof project === 'string') return readProjectFile(project)
    const parsed = parseProjectFile(project)
    return parsed.ok ? parsed.value : describeProblems(parsed.problems)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The milliseconds of an interval, within its bounds; the usual one for what is no number. */
export function readInterval(seconds: number = defaultCheckIntervalSeconds): number {
  if (!Number.isFinite(seconds)) return defaultCheckIntervalSeconds * 1000
  return Math.min(longestInterval, Math.max(shortestInterval, seconds)) * 1000
}
