import type {ProjectFile} from '../../protocol/project-file.ts'
import type {OldIds} from '../compat/old-ids.ts'

/** What `usage import` reads: the log of Parsl's server, pages of Mantid's API, and what `usage export` writes. */
export const importFormats = ['parsl', 'mantid', 'usage'] as const
export type ImportFormat = (typeof importFormats)[number]

/** What records are read with. */
export interface ImportContext {
  readonly project: ProjectFile
  readonly ids: OldIds
  /** When what has no time of its own happened, Unix milliseconds. */
  readonly atMs: number
  /** Nothing happened after this, Unix milliseconds. */
  readonly nowMs: number
}

const dayMs = 86_400_000

/** Whether `atMs` may be when something happened: since 1970, and not later than a clock ahead of ours by a day says. */
export const isImportTime = (atMs: number, nowMs: number): boolean => atMs >= 0 && atMs <= nowMs + dayMs

/** One thing to import, as the file has it. */
export interface ImportRecord {
  /** Where it stands: the number of its line, from 1; in pages of Mantid, of the result. */
  readonly line: number
  readonly text: string
  /** Which of several that cannot be told apart it is, from 1. Only where a format has no ids. */
  readonly occurrence?: number
}

/** A record, or a part of one, that cannot be read. No address is repeated here. */
export interface DamagedRecord {
  /** As above. */
  readonly line: number
  readonly message: string
}

/** Tells the format by the first line that has something, or null. */
export function detectFormat(firstLine: string): ImportFormat | null {
  if (firstLine.includes('Source:') && firstLine.includes('Msg:')) return 'parsl'
  if (isLogSection(firstLine)) return 'parsl'
  if (/^\s*\{.*"protocol"\s*:.*"events"\s*:/.test(firstLine)) return 'usage'
  return /^\s*[[{]/.test(firstLine) ? 'mantid' : null
}

/** Parsl's server began each day with such a line. */
export const isLogSection = (line: string): boolean => line.includes('New Log section for new day')
