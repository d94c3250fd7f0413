import {parseReport} from '../../../protocol/report/report.ts'
import {isSecret, sha256Of} from '../../access/tokens.ts'
import type {OldIds} from '../../compat/old-ids.ts'
import {readParslMessage} from '../../compat/parsl.ts'
import {admit, refuseOld} from '../../intake/admit.ts'
import type {Projects} from '../../intake/projects.ts'
import type {Batch} from '../../store/store.ts'

/** The batch of one datagram or of several, and the size of the datagrams. */
export interface DatagramBatch {
  readonly batch: Batch
  readonly bytes: number
}

/** Reads one datagram. Never throws. Null if the datagram is unknown to this collector. */
export type ReadDatagram = (datagram: Uint8Array, receivedAtMs: number) => DatagramBatch | null

export interface DatagramParts {
  readonly projects: Projects
  /** The id of the project that Parsl's own clients count for, and how their ids become pseudonyms. Null: none. */
  readonly parsl: {readonly project: string; readonly ids: OldIds} | null
}

const [brace, one, two] = [...Buffer.from('{12')] as [number, number, number]

/**
 * Makes the function that reads datagrams. The first byte is the protocol: `2` for a report with one event, `{` or `1`
 * for a message of Parsl. Other datagrams, and those that are not JSON in UTF-8, are unknown.
 */
export function datagramReader({projects, parsl}: DatagramParts): ReadDatagram {
  return (datagram, receivedAtMs) => {
    const [first] = datagram
    const bytes = datagram.length
    if (first === two) {
      const batch = readReport(parseJson(datagram.subarray(1)), projects, receivedAtMs)
      return batch && {batch, bytes}
    }
    const project = parsl === null ? undefined : projects.get(parsl.project)
    if (parsl === null || project === undefined || (first !== brace && first !== one)) return null
    const message = parseJson(first === one ? datagram.subarray(1) : datagram)
    const batch = readParslMessage(message, project, parsl.ids, receivedAtMs)
    return batch && {batch: {...refuseOld(batch), datagrams: 1}, bytes}
  }
}

/**
 * Reads a report. A datagram has no HTTP headers, so the report contains the write key, as `writeKey`. A datagram with
 * a wrong key, or not exactly one event, is refused and counted.
 */
function readReport(value: unknown, projects: Projects, receivedAtMs: number): Batch | null {
  const parsed = parseReport(value)
  const project = parsed.ok ? projects.get(parsed.value.project) : undefined
  if (!parsed.ok || project === undefined) return null
  const {events, rejected, header} = parsed.value
  const {writeKey} = value as {readonly writeKey?: unknown}
  const isKeyRight = project.writeKey === undefined || isSecret(writeKey, sha256Of(project.writeKey))
  if (!isKeyRight || events.length + rejected.length !== 1)
    return {
      ...{project: project.project, header, receivedAtMs, events: [], refused: 1, datagrams: 1},
      refusedAs: [isKeyRight ? 'not-one-event' : 'wrong-key'],
    }
  // A datagram does not state when it was sent, so a wrong clock cannot be corrected. Future times are clamped.
  return {...admit(parsed.value, project, {receivedAtMs, sentAtMs: null}).batch, datagrams: 1}
}

const utf8 = new TextDecoder('utf-8', {fatal: true})

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    return undefined
  }
}

/** Joins batches with the same project, header, sender and marks, so that they are written together. */
export function joinBatches(read: readonly DatagramBatch[]): DatagramBatch[] {
  const groups = Map.groupBy(read, ({batch: {project, header, client, mark, hasWrongPeriod}}) =>
    JSON.stringify([project, header, client ?? null, mark ?? null, hasWrongPeriod ?? false]),
  )
  return [...groups.values()].map(group => {
    const batches = group.map(({batch}) => batch)
    const sum = (of: (batch: Batch) => number): number => batches.reduce((total, batch) => total + of(batch), 0)
    return {
      batch: {
        ...batches[0]!,
        events: batches.flatMap(({events}) => events),
        refused: sum(({refused}) => refused),
        refusedAs: batches.flatMap(({refusedAs}) => refusedAs ?? []),
        pending: batches.flatMap(({pending}) => pending ?? []),
        datagrams: sum(({datagrams}) => datagrams ?? 0),
      },
      bytes: group.reduce((total, {bytes}) => total + bytes, 0),
    }
  })
}
