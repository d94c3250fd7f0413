import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {reach} from '../fault-points.ts'
import type {ProjectFile} from '../protocol/project-file.ts'
import type {Report} from '../protocol/report.ts'
import {type DestinationPaths, listFolder} from './destination.ts'
import {writeFileAtomically} from './files.ts'
import {rotationPeriod, userPseudonym} from './identity.ts'
import {readFailures, readSent} from './sent-log.ts'

/** Every way in which ids rotate: a project may have changed it since a report left. */
const rotations = ['year', 'month', 'never'] as const satisfies readonly ProjectFile['identity']['rotate'][]

/**
 * Keeps, before a report is posted, that it has the user's pseudonym of a period: an empty file, never written again.
 * Whoever asks for erasure later knows exactly which keys to present, those of wrong clocks included.
 * Throws what the file system throws: then the report must not leave.
 */
export function markPeriod(paths: DestinationPaths, generation: number, period: string): void {
  const path = join(paths.periods, `${generation}-${period}`)
  if (existsSync(path)) return
  writeFileAtomically(path, '')
  reach('forget: period marked')
}

/** Some generations of ids, both ends included. */
export interface Generations {
  readonly from: number
  readonly to: number
}

/** What one user's pseudonym was made for. */
export interface UserPeriod {
  readonly generation: number
  readonly period: string
}

/** The periods of some generations whose pseudonym may have left, oldest first, by the marks and by the log of what was sent. */
export function listPeriods(
  paths: DestinationPaths,
  scope: {readonly secret: string; readonly project: string; readonly generations: Generations},
): UserPeriod[] {
  const found = [...markedPeriods(paths, scope.generations), ...loggedPeriods(paths, scope)]
  const once = new Map(found.map(one => [`${one.generation}-${one.period}`, one]))
  return [...once.values()].sort((a, b) => a.generation - b.generation || (a.period < b.period ? -1 : 1))
}

/** The periods of some generations that were marked. */
export function markedPeriods({periods}: DestinationPaths, {from, to}: Generations): UserPeriod[] {
  return listFolder(periods).flatMap(name => {
    const [, marked, period] = /^(\d+)-(\d{4}(?:-\d\d)?|always)$/.exec(name) ?? []
    const generation = Number(marked)
    return period !== undefined && generation >= from && generation <= to ? [{generation, period}] : []
  })
}

/** What left before marks were kept: the period whose pseudonym a logged report has. */
function loggedPeriods(
  {sent}: DestinationPaths,
  {secret, project, generations: {from, to}}: Parameters<typeof listPeriods>[1],
): UserPeriod[] {
  const bodies = [...readSent(sent), ...readFailures(sent)].flatMap(({body}) => (body === null ? [] : [body]))
  const numbers = Array.from({length: Math.max(0, to - from + 1)}, (_, index) => from + index)
  return bodies.flatMap(body => {
    const {user, time} = readHead(body)
    if (user === null || time === null) return []
    const scopes = numbers.flatMap(generation =>
      rotations.map(rotate => ({generation, period: rotationPeriod(rotate, time)})),
    )
    return scopes.filter(scope => userPseudonym(secret, {project, ...scope}) === user)
  })
}

/** The user of a report and the time of its first event; null where the log is damaged. */
function readHead(body: string): {user: string | null; time: string | null} {
  try {
    const {header, events} = JSON.parse(body) as Report
    const time = events[0]?.time ?? ''
    return {user: header.user, time: Number.isNaN(Date.parse(time)) ? null : time}
  } catch {
    return {user: null, time: null}
  }
}
