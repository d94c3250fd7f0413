import {UsageError} from '../../errors.ts'
import type {PublicStats, PublicUsers} from '../../stats/public/public.ts'

/**
 * The format of published JSON. It is in the address too: `PROJECT/v1/…`. Keys may be added. Another meaning is another
 * version.
 */
export const formatVersion = 1

/** Figures of one month, as they were published first. They never change. */
export interface FixedMonth {
  readonly version: typeof formatVersion
  /** `YYYY-MM`. */
  readonly month: string
  /** RFC 3339, UTC. */
  readonly publishedAt: string
  readonly figures: PublicStats
}

/** Different users of one full reporting year, as they were published first. All are null if fewer than five are known. */
export interface FixedYear extends PublicUsers {
  readonly version: typeof formatVersion
  readonly project: string
  /** `2025`, or `FY2025/26`. */
  readonly year: string
  /** `YYYY-MM-DD`, both included. */
  readonly from: string
  readonly to: string
  /** RFC 3339, UTC. */
  readonly publishedAt: string
}

/** What is published of a project, oldest first. */
export interface Fixed {
  readonly months: readonly FixedMonth[]
  readonly years: readonly FixedYear[]
}

/** Where the fixed figures of a month or a reporting year are. The name of a year is its first calendar year, `YYYY`. */
export const placeOfMonth = (project: string, month: string): string =>
  `${project}/v${formatVersion}/months/${month}.json`
export const placeOfYear = (project: string, year: string): string => `${project}/v${formatVersion}/years/${year}.json`

/**
 * Reads published figures. Throws a `UsageError` USAGE_PUBLISHED_UNREADABLE if the file is not what this program wrote:
 * publishing other figures instead would tell what changed.
 */
export function readFixed<Kind extends FixedMonth | FixedYear>(place: string, text: string, key: keyof Kind): Kind {
  const unreadable = (why: string): UsageError =>
    new UsageError('USAGE_PUBLISHED_UNREADABLE', `${place} ${why}`, {
      next: 'Restore the file from a copy of the site. Without one, remove it: its figures are then published anew.',
    })
  let content: Partial<Kind> | null
  try {
    content = JSON.parse(text)
  } catch {
    throw unreadable('is not JSON')
  }
  if (content?.version !== formatVersion) throw unreadable(`is not of version ${formatVersion}`)
  if (content[key] === undefined) throw unreadable(`has no ${String(key)}`)
  return content as Kind
}
