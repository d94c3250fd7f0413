import {readEntries} from '../destination/compaction.ts'
import type {Destination, DestinationPaths} from '../destination/destination.ts'
import type {Refusal} from '../destination/refused.ts'
import {readFailures, readSent} from '../destination/sent-log.ts'
import {readAllForgotten} from '../forget/forget-request.ts'

/** One thing that happened to what left, or should have left. What does not apply is `null`. */
export interface LogEntry {
  readonly project: string
  /** RFC 3339. */
  readonly at: string
  /** A report that the collector has, one that was tried in vain, an event that it refused, or what it has erased. */
  readonly kind: 'sent' | 'failed' | 'refused' | 'erased'
  readonly endpoint: string | null
  /** Of what was erased: rows, a run or a feature each. */
  readonly events: number
  readonly status: number | null
  /** Why it failed or was refused. */
  readonly reason: string | null
  readonly message: string | null
  /** The exact JSON that left; `null` where nothing left. */
  readonly body: string | null
  /** What the collector said. */
  readonly answer: string | null
}

export interface LogOptions {
  /** RFC 3339; entries from before are left out. */
  readonly since: string | null
  readonly isOnlyErrors: boolean
}

/** Reads what has left for one destination, when, to whom, and the answer: oldest first. Writes nothing. */
export function readLog({project, paths}: Destination, {since, isOnlyErrors}: LogOptions): LogEntry[] {
  const common = {project: project.project, status: null, reason: null, message: null, answer: null}
  const sent = readSent(paths.sent).map(
    ({sentAt, endpoint, ids, body, status, answer}): LogEntry => ({
      ...common,
      at: sentAt,
      kind: 'sent',
      endpoint,
      events: ids.length,
      status,
      body,
      answer,
    }),
  )
  const failed = readFailures(paths.sent).map(
    ({failedAt, endpoint, events, reason, message, body}): LogEntry => ({
      ...common,
      at: failedAt,
      kind: 'failed',
      endpoint,
      events,
      reason,
      message,
      body,
    }),
  )
  const went = [...sent, ...readErased(paths, common)]
  const entries = [...(isOnlyErrors ? [] : went), ...failed, ...readRefused(paths.refused, common)]
  return entries.filter(({at}) => since === null || at >= since).sort((a, b) => (a.at < b.at ? -1 : 1))
}

type Common = Pick<LogEntry, 'project' | 'status' | 'reason' | 'message' | 'answer'>

/** The receipts of what was erased. The keys that were presented are kept nowhere. */
function readErased(paths: DestinationPaths, common: Common): LogEntry[] {
  return readAllForgotten(paths).flatMap(({keptAt, endpoint, receipt}) =>
    receipt === null
      ? []
      : [
          {
            ...common,
            at: keptAt,
            kind: 'erased',
            endpoint,
            events: receipt.runs + receipt.features,
            body: null,
            answer: JSON.stringify(receipt),
          },
        ],
  )
}

function readRefused(directory: string, common: Common): LogEntry[] {
  return readEntries(directory)
    .map(({content}) => content as Partial<Refusal>)
    .filter((entry): entry is Refusal => typeof entry.refusedAt === 'string' && typeof entry.code === 'string')
    .map(({refusedAt, code, message}) => ({
      ...common,
      at: refusedAt,
      kind: 'refused',
      endpoint: null,
      events: 1,
      reason: code,
      message,
      body: null,
    }))
}
