import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {namesOfPeriod, rotationPeriod} from '../../protocol/project/rotation.ts'
import type {Report} from '../../protocol/report/report.ts'
import type {Destination} from '../destination/destination.ts'
import {readFailures, readSent} from '../destination/sent-log.ts'
import {userPseudonym} from '../identity/pseudonyms.ts'
import {openGeneration, readAllForgotten} from './forget-request.ts'
import {isMarkedNameless, type PeriodMark, readMarks, type UserPeriod} from './period-marks.ts'

/** All rotations: a project may have changed its rotation after a report was sent. */
const rotations = ['year', 'month', 'never'] as const satisfies readonly ProjectFile['identity']['rotate'][]

/** The user's pseudonyms that were sent to a destination and are not erased, as far as this machine knows. */
export interface SentPseudonyms {
  /** The periods whose pseudonyms come from the current secret, oldest first. */
  readonly own: readonly UserPeriod[]
  /** Whether a pseudonym from another secret was sent: that secret was lost or damaged. */
  readonly hasLost: boolean
  /** Whether reports were sent without a pseudonym of the user. */
  readonly hasNameless: boolean
}

/**
 * Finds the pseudonyms that were sent up to a generation and not yet requested to be erased, by the marks and by the
 * sent log. `secret`: null if there is none. Reads files, writes none.
 */
export function findSentPseudonyms({project, paths}: Destination, secret: string | null, to: number): SentPseudonyms {
  const generations = {from: openGeneration(paths), to}
  const isOwn = ({user, ...scope}: PeriodMark) =>
    secret !== null && userPseudonym(secret, {project: project.project, ...scope}) === user
  const marks = readMarks(paths, generations)
  const logged = readLogged({paths})
  const own = [...marks, ...logged.flatMap(report => guessMarks(report, generations.from, to))].filter(isOwn)
  // Reports from before the last ended request are erased, even if they are from another secret.
  const since = Math.max(0, ...readAllForgotten(paths).map(({keptAt}) => Date.parse(keptAt)))
  const isLost = (report: Logged) => report.user !== null && report.at > since && !guessMarks(report, 0, to).some(isOwn)
  return {
    own: [...new Map(own.map(({user, ...period}) => [user, period])).values()].sort(byAge),
    hasLost: !marks.every(isOwn) || logged.some(isLost),
    hasNameless: isMarkedNameless(paths) || logged.some(({user}) => user === null),
  }
}

const byAge = (a: UserPeriod, b: UserPeriod): number => a.generation - b.generation || (a.period < b.period ? -1 : 1)

/** One report of the log that was sent, or may have been sent. */
interface Logged {
  /** Unix milliseconds. */
  readonly at: number
  readonly user: string | null
  /** The names that the period of its pseudonyms may have. */
  readonly periods: readonly string[]
}

function readLogged({paths: {sent}}: Pick<Destination, 'paths'>): Logged[] {
  const reports = [
    ...readSent(sent).map(({sentAt, body}) => ({at: sentAt, body})),
    ...readFailures(sent).map(({failedAt, body}) => ({at: failedAt, body})),
  ]
  return reports.flatMap(({at, body}) => {
    const head = body === null ? null : readHead(body)
    return head === null ? [] : [{at: Date.parse(at), ...head}]
  })
}

/** The user of a report and its period. Null if the log is damaged. */
function readHead(body: string): Pick<Logged, 'user' | 'periods'> | null {
  try {
    const {header, events} = JSON.parse(body) as Report
    const time = events[0]?.time ?? ''
    if (Number.isNaN(Date.parse(time))) return null
    return {user: header.user, periods: header.period ? namesOfPeriod(header.period) : periodsAt(time)}
  } catch {
    return null
  }
}

/** The periods of a report whose header does not say its own. Years began in January when such reports were made. */
const periodsAt = (time: string): string[] => rotations.map(rotate => rotationPeriod({rotate}, time).name)

/** All generations and periods that the pseudonym of a logged report may have. */
function guessMarks({user, periods}: Logged, from: number, to: number): PeriodMark[] {
  if (user === null) return []
  const generations = Array.from({length: Math.max(0, to - from + 1)}, (_, index) => from + index)
  return generations.flatMap(generation => periods.map(period => ({generation, period, user})))
}
