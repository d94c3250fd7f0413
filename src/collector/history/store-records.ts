import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import {describeProblems} from '../../protocol/problem.ts'
import {parseReport} from '../../protocol/report.ts'
import {readMantidFeatures, readMantidStartups} from '../compat/mantid.ts'
import {uuidOf} from '../compat/old-ids.ts'
import {admitAnyAge} from '../intake/admit.ts'
import type {Batch, InsertOutcome} from '../store/store.ts'
import type {DamagedRecord, ImportContext, ImportFormat, ImportRecord} from './format.ts'
import {featureKey, isFeature} from './mantid-pages.ts'
import {readParslLogLine} from './parsl-log.ts'

/** The result of storing records. Counts are events. `damaged` are records or parts of a record. */
export interface StoredCounts {
  readonly accepted: number
  /** Stored before, for example by an earlier import. */
  readonly duplicates: number
  /** Features that the project does not declare, and events of a time that only totals cover. */
  readonly refused: number
  readonly damaged: readonly DamagedRecord[]
}

/** The parsed records: batches to store, and records that cannot be read. */
interface Read {
  readonly batches: readonly Batch[]
  readonly damaged: readonly DamagedRecord[]
}

/**
 * Parses records and writes them. Each event has an id, or gets one made from its content, so that a second import
 * makes duplicates only.
 *
 * @param write stores batches and resolves to the outcome of each event
 */
export async function storeRecords(
  format: ImportFormat,
  records: readonly ImportRecord[],
  context: ImportContext,
  write: (batches: readonly Batch[]) => Promise<readonly (readonly InsertOutcome[])[]>,
): Promise<StoredCounts> {
  const read = records.map(record => readers[format](record, context))
  const batches = read.flatMap(one => one.batches).map(batch => ({...batch, isTrusted: true}))
  const outcomes = (batches.length === 0 ? [] : await write(batches)).flat()
  const countOf = (kind: InsertOutcome): number => outcomes.filter(outcome => outcome === kind).length
  return {
    accepted: countOf('accepted'),
    duplicates: countOf('duplicate'),
    refused: batches.reduce((sum, {refused}) => sum + refused, countOf('refused')),
    damaged: read.flatMap(one => one.damaged),
  }
}

const readers: Readonly<Record<ImportFormat, (record: ImportRecord, context: ImportContext) => Read>> = {
  parsl: readParsl,
  mantid: readMantid,
  usage: readExported,
}

const damagedAt = (line: number, message: string): Read => ({batches: [], damaged: [{line, message}]})

function readParsl({line, text}: ImportRecord, context: ImportContext): Read {
  const read = readParslLogLine(text, context)
  if ('problem' in read) return damagedAt(line, read.problem)
  return {batches: read.batch === null ? [] : [read.batch], damaged: []}
}

function readMantid({line, text, occurrence = 1}: ImportRecord, {project, ids, atMs, nowMs}: ImportContext): Read {
  const one = parseJson(text)
  const featureId = (): string => uuidOf(0, 'mantid feature', isFeature(one) ? featureKey(one) : null, occurrence)
  const context = {project, ids, receivedAtMs: nowMs, untimedMs: atMs, featureId}
  try {
    const batches = isFeature(one) ? readMantidFeatures(one, context) : readMantidStartups(one, context)
    return {batches, damaged: []}
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return damagedAt(line, error.message)
  }
}

/** The mark that an export adds to reports of old clients. */
const mark = v.object({mark: v.nullish(v.object({isOutcomeUntold: v.boolean(), isTest: v.boolean()}))})

function readExported({line, text}: ImportRecord, {project, nowMs}: ImportContext): Read {
  if (text.trim() === '') return {batches: [], damaged: []}
  const value = parseJson(text)
  const parsed = parseReport(value)
  if (!parsed.ok) return damagedAt(line, `not a valid report: ${describeProblems(parsed.problems)}`)
  if (parsed.value.project !== project.project)
    return damagedAt(line, `must be a report of ${project.project}, got one of ${parsed.value.project}`)
  const {header, events, rejected} = parsed.value
  const batch = admitAnyAge({header, events: events.map(({event}) => event)}, project, nowMs)
  const parsedMark = v.safeParse(mark, value)
  const marked = parsedMark.success && parsedMark.output.mark ? {mark: parsedMark.output.mark} : {}
  const damaged = rejected.map(({index, message}) => ({line, message: `event ${index + 1}: ${message}`}))
  return {batches: [{...batch, ...marked}], damaged}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
