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

/** The periods of a generation whose pseudonym may have left, by the marks and by the log of what was sent. */
export function listPeriods(
  paths: DestinationPaths,
  scope: {readonly secret: string; readonly project: string; readonly generation: number},
): string[] {
  return [...new Set([...markedPeriods(paths, scope.generation), ...loggedPeriods(paths, scope)])].sort()
}

/** The periods of a generation that were marked. */
export function markedPeriods({periods}: DestinationPaths, generation: number): string[] {
  return listFolder(periods).flatMap(name => {
    const [, marked, period] = /^(\d+)-(\d{4}(?:-\d\d)?|always)$/.exec(name) ?? []
    return period !== undefined && Number(marked) === generation ? [period] : []
  })
}

/** What left before marks were kept: the period whose pseudonym a logged report has. */
function loggedPeriods(
  {sent}: DestinationPaths,
  {secret, project, generation}: {readonly secret: string; readonly project: string; readonly generation: number},
): string[] {
  const bodies = [...readSent(sent), ...readFailures(sent)].flatMap(({body}) => (body === null ? [] : [body]))
  return bodies.flatMap(body => {
    const {user, time} = readHead(body)
    if (user === null || time === null) return []
    const periods = rotations.map(rotate => rotationPeriod(rotate, time))
    return periods.filter(period => userPseudonym(secret, {project, period, generation}) === user)
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
