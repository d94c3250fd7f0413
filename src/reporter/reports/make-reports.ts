import {keepDeclared} from '../../protocol/project/declaration.ts'
import {isDeclaredFeature, isForDatagrams, type ProjectFile} from '../../protocol/project/project-file.ts'
import {rotationPeriod} from '../../protocol/project/rotation.ts'
import type {BufferedEvent, LocalBlock} from '../../protocol/report/buffered-event.ts'
import type {Event} from '../../protocol/report/event.ts'
import type {Header, OperatingSystem} from '../../protocol/report/header.ts'
import {protocolVersion} from '../../protocol/report/report.ts'
import {limits} from '../../protocol/values/limits.ts'
import type {FieldValues} from '../../protocol/values/scalars.ts'
import type {Drop, DropReason} from '../destination/drops.ts'
import {
  hostPseudonym,
  type PseudonymScope,
  placeholderPseudonym,
  scriptPseudonym,
  userPseudonym,
} from '../identity/pseudonyms.ts'
import {isSecretOfRun} from '../identity/secret.ts'
import {fitsDatagram} from '../transports/datagram.ts'

/** The input of `makeReports` besides the events. */
export interface ReportContext {
  readonly project: ProjectFile
  readonly client: {readonly name: string; readonly version: string}
  /** Null in a preview if there is no secret yet: `placeholderPseudonym` replaces pseudonyms. */
  readonly secret: string | null
  /** When the secret was made, Unix milliseconds. Null if there is none yet: it is made when the reports are sent. */
  readonly secretMadeAt: number | null
  readonly generation: number
  /** This machine. Completes events whose writer on this machine could not read these values. */
  readonly machine: {
    readonly host: string
    readonly bootId: string | null
    readonly machineId: string | null
    readonly os: OperatingSystem
  }
  /** Unix milliseconds. Decides which events are too old. */
  readonly now: number
  /** RFC 3339. Earlier events are not sent. Null if the user never opted out. */
  readonly notBefore: string | null
}

/** One report with its final bytes, which are previewed, sent and logged. */
export interface MadeReport {
  /** The JSON, before transfer compression. */
  readonly body: string
  /** Ids of its events, in their order. */
  readonly ids: readonly string[]
  /** The period of the user's pseudonym in it; null if it has none. */
  readonly userPeriod: string | null
  /** The number of undeclared fields and details, by event. They are not in the body. */
  readonly undeclaredFields: readonly Drop[]
  /** The parts of the body: the text before its events, and the events. */
  readonly head: string
  readonly events: readonly MadeEvent[]
}

/** One event as it is sent. */
interface MadeEvent {
  readonly id: string
  readonly json: string
  readonly undeclaredFields: number
}

/** Events with the same header, and so with the same period of pseudonyms. */
interface Group {
  readonly userPeriod: string | null
  readonly events: MadeEvent[]
}

export interface MadeReports {
  readonly reports: readonly MadeReport[]
  /** Events that cannot be sent, each with its reason. */
  readonly drops: readonly Drop[]
}

/**
 * Makes reports from buffered events. Pure: the same events and context give the same bytes.
 *
 * Events with the same header are put into the same reports, in their order, up to 500 events and 512 KiB a report.
 * Undeclared fields are left out and counted. Undeclared features, events from before `notBefore`, events older than 30
 * days and events above 8 KiB are dropped and counted. Pseudonyms are made here, and nothing of a `local` block is
 * copied. If reports are sent as datagrams, each has one event, and an event that does not fit a datagram is dropped
 * and counted.
 */
export function makeReports(events: readonly BufferedEvent[], context: ReportContext): MadeReports {
  const drops: Drop[] = []
  const groups = new Map<string, Group>()
  for (const buffered of events) {
    const made = makeEvent(buffered, context)
    if (typeof made === 'string') {
      drops.push({id: buffered.id, reason: made, count: 1})
      continue
    }
    const header = makeHeader(buffered, context)
    const key = JSON.stringify(header)
    const group = groups.get(key)
    const userPeriod = header.user === null ? null : scopeOf(buffered, context).period
    if (group === undefined) groups.set(key, {userPeriod, events: [made]})
    else group.events.push(made)
  }
  const reports = [...groups].flatMap(([header, group]) => packReports(header, group, context))
  if (!isForDatagrams(context.project)) return {reports, drops}
  const key = context.project.writeKey ?? null
  const fitting = reports.filter(({body}) => fitsDatagram(body, key))
  const others = reports.filter(report => !fitting.includes(report)).flatMap(({ids}) => ids)
  return {reports: fitting, drops: [...drops, ...others.map(id => ({id, reason: 'too-large' as const, count: 1}))]}
}

function makeEvent(buffered: BufferedEvent, context: ReportContext): MadeEvent | DropReason {
  const reason = reasonToDrop(buffered, context)
  if (reason !== null) return reason
  const {project} = context
  const {kept, dropped} =
    buffered.type === 'feature'
      ? keepDeclared(project.features.details, buffered.details ?? {})
      : keepDeclared(project.fields, buffered.fields)
  const event = copyEvent(buffered, kept, context)
  const json = JSON.stringify(event)
  if (Buffer.byteLength(json) > limits.maxEventBytes) return 'too-large'
  return {id: event.id, json, undeclaredFields: dropped.length}
}

function reasonToDrop(buffered: BufferedEvent, context: ReportContext): DropReason | null {
  const time = Date.parse(buffered.time)
  if (context.notBefore !== null && time < Date.parse(context.notBefore)) return 'before-consent'
  if (time < context.now - limits.maxEventAgeDays * 86_400_000) return 'too-old'
  if (buffered.type !== 'feature') return null
  return isDeclaredFeature(context.project, buffered.featureType, buffered.name) ? null : 'undeclared-feature'
}

/** Copies the values that are sent, key by key, in the order of the wire. */
function copyEvent(buffered: BufferedEvent, kept: FieldValues, context: ReportContext): Event {
  const id = buffered.id.toLowerCase()
  const run = buffered.run?.toLowerCase() ?? null
  const {time} = buffered
  switch (buffered.type) {
    case 'start': {
      const script = scriptIdOf(buffered, context)
      return {id, type: 'start', run: buffered.run.toLowerCase(), time, script, repeat: buffered.repeat, fields: kept}
    }
    case 'end': {
      const {durationSeconds, exitCode, signal} = buffered
      return {id, type: 'end', run, time, durationSeconds, exitCode, signal, fields: kept}
    }
    case 'feature': {
      const {featureType, name, durationSeconds, timings, count, internal} = buffered
      const details = Object.keys(kept).length > 0 ? kept : null
      const own = timings == null ? {durationSeconds} : {durationSeconds: null, timings}
      return {id, type: 'feature', run, time, featureType, name, ...own, count, internal, details}
    }
  }
}

function makeHeader(buffered: BufferedEvent, context: ReportContext): Header {
  const {project, machine} = context
  const local = buffered.local
  const isHere = isFromThisMachine(local, machine)
  const machineId = local?.machineId ?? (isHere ? machine.machineId : null)
  const scope = scopeOf(buffered, context)
  const isPerson = !isCi(buffered)
  const own = buffered.header
  const {user, host, script} = project.identity
  const hasPseudonyms = isPerson && (user || host || script)
  const hasNewSecret = isSecretOfRun(context.secretMadeAt ?? context.now, Date.parse(buffered.time))
  return {
    user: isPerson && project.identity.user ? userIdOf(context.secret, scope) : null,
    host: isPerson && project.identity.host ? hostPseudonym(machineId, local?.host ?? null, scope) : null,
    application: own?.application ?? project.application ?? null,
    version: own?.version ?? null,
    commit: own?.commit ?? null,
    component: own?.component ?? null,
    os: own?.os ?? (isHere ? machine.os : null),
    ci: own?.ci ?? null,
    agent: own?.agent ?? null,
    scheduler: own?.scheduler ?? null,
    period: hasPseudonyms ? rotationPeriod(project.identity, buffered.time).firstDay : null,
    isNewSecret: isPerson && user && hasNewSecret,
  }
}

const userIdOf = (secret: string | null, scope: PseudonymScope): string =>
  secret === null ? placeholderPseudonym : userPseudonym(secret, scope)

function scriptIdOf(buffered: BufferedEvent, context: ReportContext): string | null {
  const path = buffered.local?.script ?? null
  if (path === null || !context.project.identity.script || isCi(buffered)) return null
  return context.secret === null
    ? placeholderPseudonym
    : scriptPseudonym(context.secret, path, scopeOf(buffered, context))
}

const isCi = (buffered: BufferedEvent): boolean => (buffered.header?.ci ?? null) !== null

/**
 * Compares host name and boot id, because two machines may have the same host name. Without a boot id, the host name
 * decides.
 */
function isFromThisMachine(local: LocalBlock | null, machine: ReportContext['machine']): boolean {
  return local !== null && local.host === machine.host && (local.bootId === null || local.bootId === machine.bootId)
}

const scopeOf = (buffered: BufferedEvent, {project, generation}: ReportContext): PseudonymScope => ({
  project: project.project,
  period: rotationPeriod(project.identity, buffered.time).name,
  generation,
})

function packReports(header: string, {userPeriod, events}: Group, context: ReportContext): MadeReport[] {
  const project = JSON.stringify(context.project.project)
  const client = JSON.stringify({name: context.client.name, version: context.client.version})
  const head = `{"protocol":${protocolVersion},"project":${project},"client":${client},"header":${header},"events":[`
  // The end of the report, minus the comma that the first event does not have.
  const emptyBytes = Buffer.byteLength(head) + ']}'.length - 1
  const maxEvents = isForDatagrams(context.project) ? 1 : limits.maxEventsPerReport
  const batches: MadeEvent[][] = []
  let batch: MadeEvent[] = []
  let bytes = emptyBytes
  for (const made of events) {
    const madeBytes = Buffer.byteLength(made.json) + 1
    const isFull = batch.length === maxEvents || bytes + madeBytes > limits.maxReportBytes
    if (batch.length === 0 || isFull) {
      batch = []
      batches.push(batch)
      bytes = emptyBytes
    }
    batch.push(made)
    bytes += madeBytes
  }
  return batches.map(members => joinReport(head, members, userPeriod))
}

function joinReport(head: string, events: readonly MadeEvent[], userPeriod: string | null): MadeReport {
  return {
    body: `${head}${events.map(made => made.json).join(',')}]}`,
    ids: events.map(made => made.id),
    userPeriod,
    undeclaredFields: events
      .filter(made => made.undeclaredFields > 0)
      .map(made => ({id: made.id, reason: 'undeclared-field', count: made.undeclaredFields})),
    head,
    events,
  }
}

/** Splits a report that was too large for a proxy or a collector. Null for a report with one event. Pure. */
export function halveReport({head, events, userPeriod}: MadeReport): [MadeReport, MadeReport] | null {
  if (events.length < 2) return null
  const middle = Math.ceil(events.length / 2)
  return [joinReport(head, events.slice(0, middle), userPeriod), joinReport(head, events.slice(middle), userPeriod)]
}
