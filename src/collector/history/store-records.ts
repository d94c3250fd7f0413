import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import {parseReport} from '../../protocol/report/report.ts'
import {describeProblems} from '../../protocol/values/problem.ts'
import {readMantidFeatures, readMantidStartups} from '../compat/mantid.ts'
import {uuidOf} from '../compat/old-ids.ts'
import {admitAnyAge} from '../intake/admit.ts'
import {parsePart, type StorePart} from '../store/parts.ts'
import type {Batch, InsertOutcome} from '../store/store.ts'
import {type DamagedRecord, exportVersion, type ImportContext, type ImportFormat, type ImportRecord} from './format.ts'
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

/** The parsed records: batches and parts to store, and records that cannot be read. */
interface Read {
  readonly batches: readonly Batch[]
  readonly parts?: readonly StorePart[]
  readonly damaged: readonly DamagedRecord[]
}

/** Writes what records contain. */
export interface RecordWriter {
  /** Stores batches and resolves to the outcome of each event. */
  readonly write: (batches: readonly Batch[]) => Promise<readonly (readonly InsertOutcome[])[]>
  /** Stores what an export has beside events: `Store.restore`. */
  readonly restore: (part: StorePart) => Promise<void>
}

/**
 * Parses records and writes them. Each event has an id, or gets one made from its content, so that a second import
 * makes duplicates only.
 */
export async function storeRecords(
  format: ImportFormat,
  records: readonly ImportRecord[],
  context: ImportContext,
  {write, restore}: RecordWriter,
): Promise<StoredCounts> {
  const read = records.map(record => readers[format](record, context))
  const batches = read.flatMap(one => one.batches).map(batch => ({...batch, isTrusted: true}))
  const parts = read.flatMap(one => one.parts ?? [])
  // The begin of an export is before its events, and its other parts are after them.
  for (const part of parts) if (part.part === 'begin') await restore(part)
  const outcomes = (batches.length === 0 ? [] : await write(batches)).flat()
  for (const part of parts) if (part.part !== 'begin') await restore(part)
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

/** What an export adds to a line. */
const exported = v.object({export: v.picklist([exportVersion]), project: v.string()})
const additions = v.object({
  mark: v.nullish(v.object({isOutcomeUntold: v.boolean(), isTest: v.boolean()}), null),
  clamped: v.nullish(v.array(v.string()), []),
})

/** Reads a line of an export. Earlier versions wrote reports only, without counters. So does `usage log --raw`. */
function readExported({line, text}: ImportRecord, {project, nowMs}: ImportContext): Read {
  if (text.trim() === '') return {batches: [], damaged: []}
  const value = parseJson(text)
  const isExport = typeof value === 'object' && value !== null && 'export' in value
  if (isExport) {
    const read = v.safeParse(exported, value)
    if (!read.success) return damagedAt(line, `must be a line of an export, version ${exportVersion}`)
    if (read.output.project !== project.project) return ofAnother(line, project.project, read.output.project)
    if ('part' in value) {
      const found = parsePart(value)
      return 'problem' in found ? damagedAt(line, found.problem) : {batches: [], parts: [found.part], damaged: []}
    }
  }
  const parsed = parseReport(value)
  if (!parsed.ok) return damagedAt(line, `not a valid report: ${describeProblems(parsed.problems)}`)
  if (parsed.value.project !== project.project) return ofAnother(line, project.project, parsed.value.project)
  const {header, events, rejected} = parsed.value
  const batch = admitAnyAge({header, events: events.map(({event}) => event)}, project, nowMs)
  const added = v.safeParse(additions, value)
  const {mark, clamped} = added.success ? added.output : {mark: null, clamped: []}
  const damaged = rejected.map(({index, message}) => ({line, message: `event ${index + 1}: ${message}`}))
  const marked = {
    ...batch,
    events: batch.events.map(one => (clamped.includes(one.event.id) ? {...one, isClamped: true} : one)),
    ...(mark === null ? {} : {mark}),
    ...(isExport ? {isRestored: true} : {}),
  }
  return {batches: [marked], damaged}
}

const ofAnother = (line: number, wanted: string, got: string): Read =>
  damagedAt(line, `must be a report of ${wanted}, got one of ${got}`)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
