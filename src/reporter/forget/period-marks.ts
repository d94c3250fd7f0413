import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {type DestinationPaths, listFolder} from '../destination/destination.ts'
import {writeFileAtomically} from '../world/files.ts'

/** A range of generations, both ends included. */
export interface Generations {
  readonly from: number
  readonly to: number
}

/** The generation and the period of a user's pseudonym. */
export interface UserPeriod {
  readonly generation: number
  readonly period: string
}

export interface PeriodMark extends UserPeriod {
  /** The pseudonym that was sent. */
  readonly user: string
}

/**
 * Creates an empty file that records which pseudonym a report contains. Called before the report is sent. A later
 * erasure request finds all its keys by these marks, even after wrong clocks, and finds out whether the secret is still
 * the same. Throws errors of the file system: then the report must not be sent.
 */
export function markPeriod(paths: DestinationPaths, mark: PeriodMark): void {
  keepMark(paths, nameOf(mark))
}

/** Records in the same way a report without a pseudonym of the user: no key can find it for an erasure. */
export function markNameless(paths: DestinationPaths): void {
  keepMark(paths, nameless)
}

const nameless = 'nameless'

/** Whether a report was sent without a pseudonym of the user. */
export const isMarkedNameless = ({periods}: DestinationPaths): boolean => existsSync(join(periods, nameless))

function keepMark({periods}: DestinationPaths, name: string): void {
  const path = join(periods, name)
  if (existsSync(path)) return
  writeFileAtomically(path, '')
  reach('forget: period marked')
}

const nameOf = ({generation, period, user}: PeriodMark): string => `${generation}-${period}-${user}`

/** Reads the marks of some generations. */
export function readMarks({periods}: DestinationPaths, {from, to}: Generations): PeriodMark[] {
  return listFolder(periods).flatMap(name => {
    const [, number, period, user] = /^(\d+)-(\d{4}(?:-\d\d){0,2}|always)-([0-9a-f]{32})$/.exec(name) ?? []
    const generation = Number(number)
    if (period === undefined || user === undefined || generation < from || generation > to) return []
    return [{generation, period, user}]
  })
}

/** Removes the marks of all generations up to `to`. */
export function removeMarks(paths: DestinationPaths, to: number): void {
  for (const mark of readMarks(paths, {from: 0, to})) rmSync(join(paths.periods, nameOf(mark)), {force: true})
}
