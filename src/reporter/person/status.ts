/**
 * Room `person`: what a user asks for.
 *
 * One module for each command: status, log, preview, opt-out and opt-in (`decisions.ts`), flush, forget, and reports forwarded
 * from an inbox. `status`, `log` and `preview` read files and write none. `decisions.ts` writes the settings of the user.
 * `flush.ts`, `forget.ts` and `forward-inbox.ts` use the network, within a time limit in seconds. They report what was sent,
 * kept, refused and dropped, each with a reason, instead of throwing.
 * Read next: `preview.ts` for what would be sent, `flush.ts` for a delivery.
 */

import {isForDatagrams, isForFolder} from '../../protocol/project/project-file.ts'
import type {BufferedEvent} from '../../protocol/report/buffered-event.ts'
import type {Consent} from '../consent/consent.ts'
import {askConsent} from '../consent/consent-facts.ts'
import {noticeShownAt} from '../consent/notice.ts'
import {type BufferFile, listWaitingFiles, readBufferFile} from '../destination/buffer.ts'
import type {Destination} from '../destination/destination.ts'
import {countDrops, type DropReason} from '../destination/drops.ts'
import {type NextTry, readNextTry} from '../destination/next-try.ts'
import {listRuns} from '../destination/open-runs.ts'
import {countRefused} from '../destination/refused.ts'
import {countSent, readSent} from '../destination/sent-log.ts'
import {readAllForgotten, readForgetRequest} from '../forget/forget-request.ts'
import {findRouter} from '../projects/destination-here.ts'
import {findSilence, type Silence} from '../world/scheduler.ts'
import type {World} from '../world/world.ts'

/** Events that are shown unless all are asked for. */
const shownEvents = 5

/** A waiting event as a person sees it: what happened, without what stays on this machine anyway. */
export type WaitingEvent = Omit<BufferedEvent, 'format' | 'header' | 'local'>

/** What is known of one destination here. Times RFC 3339, unknown `null`. */
export interface ProjectStatus {
  readonly project: string
  readonly consent: Consent
  /** Why this process would record nothing although consent allows it, else null. */
  readonly silent: Silence | null
  readonly endpoint: {readonly http: string | null; readonly udp: string | null; readonly file: string | null}
  /** The site policy that decided where the events go, or null: the project file. */
  readonly routedBy: string | null
  readonly waiting: {
    readonly events: number
    readonly bytes: number
    readonly oldest: string | null
    /** The newest first. */
    readonly newest: readonly WaitingEvent[]
  }
  readonly openRuns: number
  readonly sent: {
    readonly events: number
    /** Of these, the ones that went as datagrams or into a folder: nothing says whether they arrived. */
    readonly unconfirmed: number
    readonly last: string | null
  }
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly refused: {readonly events: number}
  readonly lastError: NextTry['lastError'] | null
  readonly nextTryAt: string | null
  readonly notice: {readonly shownAt: string | null}
  /** The pending wish to be forgotten, else the newest that was confirmed; null when there never was one. `receipt` and `erasedAt` are null until it is answered. */
  readonly forget: {
    readonly requestedAt: string
    readonly receipt: string | null
    readonly erasedAt: string | null
    readonly isPending: boolean
  } | null
}

/** Reads what is known of one destination. Writes nothing. */
export function readStatus(
  world: World,
  destination: Destination,
  options: {readonly allEvents: boolean},
): ProjectStatus {
  const {paths, project} = destination
  const files = readWaiting(world, destination)
  const events = files.flatMap(file => file.events).sort((a, b) => (a.time < b.time ? 1 : -1))
  const sent = readSent(paths.sent)
  const failure = readNextTry(paths.nextTry)
  return {
    project: project.project,
    consent: askConsent(world, destination),
    silent: findSilence(world.environment, project),
    endpoint: {...project.endpoint, file: project.endpoint.file ?? null},
    routedBy: findRouter(world, destination),
    waiting: {
      events: events.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      oldest: events.at(-1)?.time ?? null,
      newest: events.slice(0, options.allEvents ? events.length : shownEvents).map(withoutLocal),
    },
    openRuns: listRuns(paths.runs).length,
    sent: sentOf(project, sent),
    dropped: countDrops(paths.drops),
    refused: {events: countRefused(paths.refused)},
    lastError: failure?.lastError ?? null,
    nextTryAt: failure?.nextTryAt ?? null,
    notice: {shownAt: noticeShownAt(destination)},
    forget: readForget(destination),
  }
}

function sentOf(project: Destination['project'], sent: ReturnType<typeof readSent>): ProjectStatus['sent'] {
  const events = countSent(sent)
  const isConfirmed = !isForDatagrams(project) && !isForFolder(project)
  return {events, unconfirmed: isConfirmed ? 0 : events, last: sent.at(-1)?.sentAt ?? null}
}

function readForget({paths}: Destination): ProjectStatus['forget'] {
  const pending = readForgetRequest(paths)
  if (pending !== null) return {requestedAt: pending.requestedAt, receipt: null, erasedAt: null, isPending: true}
  const ended = readAllForgotten(paths)
  const last = ended.findLast(({receipt}) => receipt !== null) ?? ended.at(-1)
  if (last === undefined) return null
  const {requestedAt, receipt} = last
  return {requestedAt, receipt: receipt?.receipt ?? null, erasedAt: receipt?.erasedAt ?? null, isPending: false}
}

function readWaiting(world: World, destination: Destination): BufferFile[] {
  return listWaitingFiles(destination.paths)
    .map(path => readBufferFile(path, world.now()))
    .filter(read => read.kind === 'events')
}

function withoutLocal({format: _format, header: _header, local: _local, ...event}: BufferedEvent): WaitingEvent {
  return event
}
