import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {OldIds} from '../compat/old-ids.ts'

/** What `usage import` reads: the log of Parsl's server, pages of Mantid's API, and the output of `usage export`. */
export const importFormats = ['parsl', 'mantid', 'usage'] as const
export type ImportFormat = (typeof importFormats)[number]

/** The version of the lines that `usage export` writes. */
export const exportVersion = 1

/** The settings that records are read with. */
export interface ImportContext {
  readonly project: ProjectFile
  readonly ids: OldIds
  /** The time of records that have none, Unix milliseconds. */
  readonly atMs: number
  /** The current time, Unix milliseconds. Later times are set to it. */
  readonly nowMs: number
}

const dayMs = 86_400_000

/** Whether a time is valid: from 1970 to a day after now, for clocks that are ahead. */
export const isImportTime = (atMs: number, nowMs: number): boolean => atMs >= 0 && atMs <= nowMs + dayMs

/** One record of a file, unparsed. */
export interface ImportRecord {
  /** The number of its line, from 1. In pages of Mantid: the number of the result. */
  readonly line: number
  readonly text: string
  /** Counts equal records, from 1. Only in formats without ids. */
  readonly occurrence?: number
}

/** A record, or a part of one, that cannot be read. The message contains no address. */
export interface DamagedRecord {
  /** As in `ImportRecord`. */
  readonly line: number
  readonly message: string
}

/** Detects the format from the first line that is not empty. Null if it is unknown. Pure. */
export function detectFormat(firstLine: string): ImportFormat | null {
  if (firstLine.includes('Source:') && firstLine.includes('Msg:')) return 'parsl'
  if (isLogSection(firstLine)) return 'parsl'
  if (/^\s*\{.*"protocol"\s*:.*"events"\s*:/.test(firstLine)) return 'usage'
  if (/^\s*\{\s*"export"\s*:\s*\d/.test(firstLine)) return 'usage'
  // A page on one line names what it contains; of a formatted one the first line is a bracket.
  const isPage = /"(?:results|usages|features|uid|mantidVersion|internal|dateTime)"\s*:/.test(firstLine)
  return isPage || /^\s*[[{]\s*$/.test(firstLine) ? 'mantid' : null
}

/** Whether a line begins a new day in the log of Parsl's server. */
export const isLogSection = (line: string): boolean => line.includes('New Log section for new day')
