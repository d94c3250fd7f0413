/**
 * Room `intake`: what is accepted, and how it is written to disk.
 *
 * `admit` is a pure function of a report, its project and two times: it sets undeclared values and features
 * apart, rejects events that are too old, and corrects clocks. `group-commit.ts` writes the events of many requests in
 * one transaction and resolves each request after the commit. `projects.ts` loads the projects that this collector
 * serves.
 * Read next: `group-commit.ts`.
 */
import {type Declarations, keepDeclared} from '../../protocol/project/declaration.ts'
import {isDeclaredFeature, type ProjectFile} from '../../protocol/project/project-file.ts'
import {canBeInPeriod} from '../../protocol/project/rotation.ts'
import type {Event} from '../../protocol/report/event.ts'
import type {Header} from '../../protocol/report/header.ts'
import type {ParsedReport, Rejection} from '../../protocol/report/report.ts'
import {limits} from '../../protocol/values/limits.ts'
import {otherValue} from '../../protocol/values/other-value.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {type FieldValues, isOpenFeatureName} from '../../protocol/values/scalars.ts'
import {collectorLimits} from '../limits.ts'
import type {AdmittedEvent, Batch} from '../store/store.ts'

/** When a report was received, and when it was sent by the sender's clock. Unix milliseconds. */
export interface Receipt {
  readonly receivedAtMs: number
  /** Null if the sender stated no valid time. */
  readonly sentAtMs: number | null
}

export interface Admission {
  readonly batch: Batch
  /** The events of the report that are not in the batch, in the order of the report. */
  readonly rejected: readonly Rejection[]
  /** For each pending event of the batch, how it is rejected if the store has no room for it. */
  readonly undeclared: readonly Rejection[]
}

/**
 * Decides which events of a report are stored. Pure.
 *
 * Values that the project does not declare are left out, and their event is kept. Undeclared features and these values
 * are pending: the project file of the sender may be newer than the one of the collector. Texts that may be paths or
 * addresses are never pending. Events older than 30 days are rejected. A sender's clock that is wrong by 55 minutes or more is corrected. An event that is still
 * in the future then gets the time of the receipt. A count beyond the limit is set to it. Pseudonyms of another period
 * than that of the corrected times are dropped.
 */
export function admit(report: ParsedReport, project: ProjectFile, receipt: Receipt): Admission {
  const correctionMs = clockCorrectionMs(receipt)
  const events: AdmittedEvent[] = []
  const pending: AdmittedEvent[] = []
  const rejected: Rejection[] = [...report.rejected]
  const undeclared: Rejection[] = []
  for (const {index, event} of report.events) {
    const claimedMs = Date.parse(event.time) + correctionMs
    const tooOld = findTooOld(event, claimedMs, receipt)
    const reason = tooOld ?? undeclaredFeature(event, project)
    if (reason === null) events.push(clampCount(admitEvent(event, claimedMs, project, receipt)))
    else if (reason === tooOld || !canBePending(event)) rejected.push({index, id: event.id, ...reason})
    else {
      pending.push(clampCount(admitUndeclared(event, claimedMs, receipt)))
      undeclared.push({index, id: event.id, ...reason})
    }
  }
  rejected.sort((a, b) => a.index - b.index)
  const {header, client} = report
  const sender = {client: `${client.name}\n${client.version}`, receivedAtMs: receipt.receivedAtMs}
  const batch = {project: project.project, header, ...sender, events, pending}
  const refusedAs = rejected.map(({code}) => code)
  return {batch: {...dropWrongPseudonyms(batch, project), refused: rejected.length, refusedAs}, rejected, undeclared}
}

type Content = Pick<Batch, 'project' | 'header' | 'client' | 'receivedAtMs' | 'events'> & {
  readonly pending: readonly AdmittedEvent[]
}

/**
 * Drops the pseudonyms of a report whose events are not of the period for which they were made: the clock was wrong, and
 * the same person has other pseudonyms in the true period. Pure.
 */
function dropWrongPseudonyms(batch: Content, {identity}: ProjectFile): Content & Pick<Batch, 'hasWrongPeriod'> {
  const {header, events, pending} = batch
  const {period} = header
  // A period has no gaps, so the first and the last event stand for all.
  const times = period === null ? [] : [...events, ...pending].map(({timeMs}) => timeMs)
  const ends = times.length === 0 ? [] : [Math.min(...times), Math.max(...times)]
  if (period === null || ends.every(timeMs => canBeInPeriod(period, identity, timeMs))) return batch
  const nameless = events.map(one => (one.event.type === 'start' ? {...one, event: {...one.event, script: null}} : one))
  const unknown = {...header, user: null, host: null, period: null, isNewSecret: false}
  return {...batch, header: unknown, events: nameless, hasWrongPeriod: true}
}

/**
 * Like `admit`, without a correction of the clock, and with a limit of age that history keeps: events before
 * `earliestTime` are refused. For imports, and for old clients: they repeat their start as long as they run, and do not
 * state when they send.
 */
export function admitAnyAge(
  {header, events}: {readonly header: Header; readonly events: readonly Event[]},
  project: ProjectFile,
  receivedAtMs: number,
): Batch {
  const receipt = {receivedAtMs, sentAtMs: null}
  const isAdmitted = (event: Event): boolean =>
    undeclaredFeature(event, project) === null && Date.parse(event.time) >= earliestMs
  const admitted = events.filter(isAdmitted).map(event => admitEvent(event, Date.parse(event.time), project, receipt))
  const refused = events.length - admitted.length
  return {project: project.project, header, receivedAtMs, events: admitted, refused}
}

/**
 * Refuses events of an old client that it cannot have sent now, so that no packet from anywhere can put one into a time
 * that is purged. Pure.
 */
export function refuseOld(batch: Batch): Batch {
  const earliestMs = batch.receivedAtMs - collectorLimits.maxOldClientAgeDays * 86_400_000
  const events = batch.events.filter(({timeMs}) => timeMs >= earliestMs)
  return {...batch, events, refused: batch.refused + batch.events.length - events.length}
}

/**
 * Milliseconds to add to a sender's times. 0 if its clock is within the tolerance, which allows for the network and for
 * waiting in a queue.
 */
export function clockCorrectionMs({receivedAtMs, sentAtMs}: Receipt): number {
  if (sentAtMs === null) return 0
  const offMs = receivedAtMs - sentAtMs
  return Math.abs(offMs) >= limits.clockToleranceMinutes * 60_000 ? offMs : 0
}

type Reason = Pick<Rejection, 'code' | 'message'>

function findTooOld(event: Event, claimedMs: number, {receivedAtMs}: Receipt): Reason | null {
  if (claimedMs >= receivedAtMs - limits.maxEventAgeDays * 86_400_000) return null
  return {
    code: 'event-too-old',
    message: `the time must be within the last ${limits.maxEventAgeDays} days, got ${event.time}`,
  }
}

function undeclaredFeature(event: Event, project: ProjectFile): Reason | null {
  if (event.type !== 'feature' || isDeclaredFeature(project, event.featureType, event.name)) return null
  const rule = `the feature must be declared by ${project.project}`
  const got = `${describeValue(event.name)} of type ${describeValue(event.featureType)}`
  return {code: 'feature-undeclared', message: `${rule}, got ${got}`}
}

/** Whether the name and the type are made of the characters that `allowOther` permits. */
const canBePending = (event: Event): boolean =>
  event.type === 'feature' && isOpenFeatureName(event.name) && isOpenFeatureName(event.featureType)

/** The values that are not kept and may be pending: numbers, truth values and words. */
const pickPending = (values: FieldValues, kept: FieldValues): FieldValues =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => !Object.hasOwn(kept, name) && (typeof value !== 'string' || isOpenFeatureName(value)),
    ),
  )

/** Which details are declared is decided when the feature is. */
const admitUndeclared = (event: Event, claimedMs: number, {receivedAtMs}: Receipt): AdmittedEvent => ({
  event: event.type === 'feature' ? {...event, details: pickPending(event.details ?? {}, {})} : event,
  timeMs: Math.min(claimedMs, receivedAtMs),
  isClamped: claimedMs > receivedAtMs,
  undeclaredFields: 0,
})

function admitEvent(event: Event, claimedMs: number, project: ProjectFile, {receivedAtMs}: Receipt): AdmittedEvent {
  const isFeature = event.type === 'feature'
  const declared = isFeature ? project.features.details : project.fields
  const values = (isFeature ? event.details : event.fields) ?? {}
  const {kept, dropped} = keepValues(declared, values)
  const times = {timeMs: Math.min(claimedMs, receivedAtMs), isClamped: claimedMs > receivedAtMs}
  if (dropped === 0) return {event, ...times, undeclaredFields: 0}
  const undeclared = pickPending(values, kept)
  return {
    event: isFeature ? {...event, details: kept} : {...event, fields: kept},
    ...times,
    undeclaredFields: dropped,
    ...(Object.keys(undeclared).length > 0 && {undeclared}),
  }
}

const earliestMs = Date.parse(collectorLimits.earliestTime)
const textTypes: readonly string[] = ['pattern', 'version']

/** Like `keepDeclared`, and keeps `(other)`, which an export has in the place of texts of which there were too many. */
function keepValues(declared: Declarations, values: FieldValues): {kept: FieldValues; dropped: number} {
  const {kept, dropped} = keepDeclared(declared, values)
  const isText = (name: string): boolean => textTypes.includes(declared[name]!.type)
  const folded = dropped.filter(({name, isDeclared}) => isDeclared && isText(name) && values[name] === otherValue)
  if (folded.length === 0) return {kept, dropped: dropped.length}
  const others = Object.fromEntries(folded.map(({name}) => [name, otherValue]))
  return {kept: {...kept, ...others}, dropped: dropped.length - folded.length}
}

/**
 * Limits the uses that an event of a client may stand for; an import may have more. The excess is flagged in the data
 * quality. Pure.
 */
export function clampCount(admitted: AdmittedEvent): AdmittedEvent {
  const {event} = admitted
  if (event.type !== 'feature' || event.count <= limits.maxLiveCount) return admitted
  const fitting = (event.timings?.n ?? 0) > limits.maxLiveCount ? {...event, timings: null} : event
  return {...admitted, event: {...fitting, count: limits.maxLiveCount}, isClamped: true}
}
