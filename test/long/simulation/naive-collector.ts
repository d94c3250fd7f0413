import assert from 'node:assert/strict'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {Answer} from '../../../src/protocol/report/answer.ts'
import type {FieldValues} from '../../../src/protocol/values/scalars.ts'
import {declaredValues, describe, isFeatureDeclared, type Made} from './made.ts'

/** An event that the collector has, with everything that can be known of it there. */
export interface Stored {
  readonly made: Made
  /** Corrected and clamped, Unix milliseconds. */
  readonly atMs: number
  readonly receivedAtMs: number
  readonly isClamped: boolean
  /** Declared values: both ends have kept them. */
  readonly values: FieldValues
  /** Who and where, one word for each pseudonym, or null where none travelled. */
  readonly user: string | null
  readonly host: string | null
  readonly script: string | null
  readonly system: string | null
  /** Whether it was sent from its own host, whose clock nobody had set in between. */
  readonly isSteady: boolean
}

/** One event of a report on its way. */
export interface Arriving extends Omit<Stored, 'atMs' | 'receivedAtMs' | 'isClamped'> {
  /** How many values the collector's project does not declare. */
  readonly undeclaredFields: number
}

const minuteMs = 60_000
const dayMs = 86_400_000

/** What a collector has to do with reports, told again as plainly as possible: the truth about the store. */
export class NaiveCollector {
  readonly stored: Stored[] = []
  readonly received = {events: 0, accepted: 0, duplicates: 0, rejected: 0}
  /** Counters of quality by project and day of receipt. */
  readonly quality: {project: string; receivedAtMs: number; counter: string; count: number}[] = []
  /** The project of each event whose feature is not declared yet. */
  readonly pending: string[] = []
  private readonly keys = new Set<string>()

  /** Takes a report that the real collector has committed, and says what it must have answered. */
  take(arriving: readonly Arriving[], project: ProjectFile, receivedAtMs: number, sentAtMs: number): Answer {
    const offMs = receivedAtMs - sentAtMs
    const correctionMs = Math.abs(offMs) >= 55 * minuteMs ? offMs : 0
    const answer: {accepted: number; duplicates: number; rejected: Answer['rejected']} = {
      accepted: 0,
      duplicates: 0,
      rejected: [],
    }
    const admitted: {stored: Stored; undeclaredFields: number}[] = []
    for (const [index, {undeclaredFields, ...event}] of arriving.entries()) {
      const claimedMs = event.made.claimedMs + correctionMs
      if (claimedMs < receivedAtMs - 30 * dayMs) {
        answer.rejected.push({index, id: event.made.id, code: 'event-too-old', message: ''})
        continue
      }
      if (!isFeatureDeclared(event.made, project)) {
        if (this.isNew(event.made, 'pending feature')) {
          answer.accepted++
          this.pending.push(project.project)
        } else answer.duplicates++
        continue
      }
      const isClamped = claimedMs > receivedAtMs
      const values = declaredValues(event.made, project)
      const stored = {...event, values: pickBoth(event.values, values), isClamped, receivedAtMs}
      admitted.push({stored: {...stored, atMs: Math.min(claimedMs, receivedAtMs)}, undeclaredFields})
    }
    const isNameless = admitted.some(({stored}) => hasWrongPeriod(stored, project))
    for (const {stored, undeclaredFields} of admitted) {
      if (this.store(isNameless ? {...stored, user: null, host: null, script: null} : stored)) {
        answer.accepted++
        this.count(project, receivedAtMs, 'undeclared-fields', undeclaredFields)
        this.count(project, receivedAtMs, 'clamped', Number(stored.isClamped))
        this.count(project, receivedAtMs, 'wrong-periods', Number(isNameless))
      } else answer.duplicates++
    }
    this.count(project, receivedAtMs, 'duplicates', answer.duplicates)
    this.count(project, receivedAtMs, 'refused', answer.rejected.length)
    this.received.events += arriving.length
    this.received.accepted += answer.accepted
    this.received.duplicates += answer.duplicates
    this.received.rejected += answer.rejected.length
    return answer
  }

  /** The first start and the first end of a run are stored, every feature and repeat once. */
  private store(stored: Stored): boolean {
    const {run, what} = stored.made
    const isOfRun = (what.type === 'start' && what.repeat === 0) || (what.type === 'end' && run !== null)
    if (!this.isNew(stored.made, isOfRun ? `${what.type} of` : what.type, isOfRun)) return false
    this.stored.push(stored)
    return true
  }

  private isNew({project, run, id}: Made, kind: string, isOfRun = false): boolean {
    const key = `${project} ${kind} ${isOfRun ? run : id}`
    if (this.keys.has(key)) return false
    this.keys.add(key)
    return true
  }

  private count({project}: ProjectFile, receivedAtMs: number, counter: string, count: number): void {
    if (count > 0) this.quality.push({project, receivedAtMs, counter, count})
  }
}

/**
 * Whether an event happened in another year or month than its pseudonyms are of, by more than a day. A period that begins
 * in January may be a year.
 */
function hasWrongPeriod({made: {claimedMs, header}, atMs}: Stored, {identity: {rotate}}: ProjectFile): boolean {
  if (header.ci !== null) return false
  const claimed = new Date(claimedMs)
  const [year, month] = [claimed.getUTCFullYear(), claimed.getUTCMonth()]
  const isYear = rotate === 'year' || month === 0
  const fromMs = Date.UTC(year, isYear ? 0 : month)
  const toMs = isYear ? Date.UTC(year + 1, 0) : Date.UTC(year, month + 1)
  return atMs < fromMs - dayMs || atMs >= toMs + dayMs
}

const pickBoth = (sent: FieldValues, declared: FieldValues): FieldValues =>
  Object.fromEntries(Object.entries(sent).filter(([name]) => name in declared))

/** The real answer says what the naive one says. */
export function checkAnswer(real: Answer, naive: Answer, arriving: readonly Arriving[]): void {
  const short = ({accepted, duplicates, rejected}: Answer) => ({
    accepted,
    duplicates,
    rejected: rejected.map(({index, id, code}) => ({index, id, code})),
  })
  const first = arriving[0]
  const about = first === undefined ? 'nothing' : `the report that begins with ${describe(first.made)}`
  assert.deepEqual(short(real), short(naive), `the collector answers otherwise than the truth to ${about}`)
}
