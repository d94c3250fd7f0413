import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {type DestinationPaths, listFolder} from '../destination/destination.ts'
import {writeFileAtomically} from '../world/files.ts'

/** Some generations of ids, both ends included. */
export interface Generations {
  readonly from: number
  readonly to: number
}

/** What a pseudonym of a user was made for. */
export interface UserPeriod {
  readonly generation: number
  readonly period: string
}

export interface PeriodMark extends UserPeriod {
  /** The pseudonym that left. */
  readonly user: string
}

/**
 * Keeps, before a report is posted, that it has the user's pseudonym of a period: an empty file, never written again.
 * Whoever asks for erasure later knows exactly which keys to present, those of wrong clocks included, and by the
 * pseudonym whether the secret still gives them. Throws what the file system throws: then the report must not leave.
 */
export function markPeriod(paths: DestinationPaths, mark: PeriodMark): void {
  keepMark(paths, nameOf(mark))
}

/** Keeps in the same way that a report leaves without a pseudonym of the user: no key will ever find it. */
export function markNameless(paths: DestinationPaths): void {
  keepMark(paths, nameless)
}

const nameless = 'nameless'

/** Whether a report has left without a pseudonym of the user. */
export const isMarkedNameless = ({periods}: DestinationPaths): boolean => existsSync(join(periods, nameless))

function keepMark({periods}: DestinationPaths, name: string): void {
  const path = join(periods, name)
  if (existsSync(path)) return
  writeFileAtomically(path, '')
  reach('forget: period marked')
}

const nameOf = ({generation, period, user}: PeriodMark): string => `${generation}-${period}-${user}`

/** The marks of some generations. */
export function readMarks({periods}: DestinationPaths, {from, to}: Generations): PeriodMark[] {
  return listFolder(periods).flatMap(name => {
    const [, number, period, user] = /^(\d+)-(\d{4}(?:-\d\d)?|always)-([0-9a-f]{32})$/.exec(name) ?? []
    const generation = Number(number)
    if (period === undefined || user === undefined || generation < from || generation > to) return []
    return [{generation, period, user}]
  })
}

/** Removes the marks of a generation and of those before it; what is gone already is no matter. */
export function removeMarks(paths: DestinationPaths, to: number): void {
  for (const mark of readMarks(paths, {from: 0, to})) rmSync(join(paths.periods, nameOf(mark)), {force: true})
}
