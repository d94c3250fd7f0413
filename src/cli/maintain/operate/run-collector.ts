import {openCollector} from '../../../collector/collector.ts'
import {openLog} from '../../../collector/monitoring/write-log.ts'
import type {CollectSettings} from '../../arguments/collect-settings.ts'
import {readAddress, readUdpAddress} from '../../arguments/listen-address.ts'
import {readFront} from '../../arguments/operator/front.ts'
import {readSize} from '../../arguments/operator/size.ts'
import {dashboardPages} from '../dashboard-pages.ts'
import {openInbox} from '../open-inbox.ts'
import {reloadsAtHangup} from './reloads-at-hangup.ts'
import {waitForStopSignal} from './wait-for-stop-signal.ts'

/** Where a collector listens and keeps its data; the token only at its first start. */
export interface Listening {
  readonly http: string
  readonly udp: string | null
  readonly udpReceiveBufferBytes: number | null
  readonly data: string
  /** The address of `/metrics`, or null. */
  readonly admin: string | null
  readonly token: string | null
  /** Whether anybody has a read token. */
  readonly hasToken: boolean
}

export interface CollectorRun {
  /** Unix milliseconds. */
  readonly now: () => number
  /** Whether somebody sees a token that the first start makes. */
  readonly showsToken: boolean
  /** Called once, when the collector listens. */
  readonly onListening: (listening: Listening) => void
  /** Whether stderr is a terminal: then the log is text unless the settings say otherwise. */
  readonly isTerminal: boolean
}

/**
 * Runs a collector until SIGTERM or SIGINT, then stores what has arrived. SIGHUP makes it read the project files again.
 * Rejects with a coded error.
 */
export async function runCollector(
  settings: CollectSettings,
  {now, showsToken, onListening, isTerminal}: CollectorRun,
) {
  const asked = waitForStopSignal()
  const log = openLog(settings['log-level'] ?? 'info', settings['log-format'] ?? (isTerminal ? 'text' : 'json'))
  const reloads = reloadsAtHangup(error => log.error('project files not read again', {error}))
  const collector = await openCollector({
    projectsDirectory: settings.projects,
    dataDirectory: settings.data,
    ...readAddress(settings.http),
    front: readFront(settings),
    udp: readUdpAddress(settings.udp, settings.parsl !== undefined),
    inbox: settings.inbox === undefined ? null : {inbox: openInbox(settings.inbox)},
    parsl: settings.parsl ?? null,
    mantid: settings.mantid ?? null,
    minFreeBytes: readSize(settings['min-free']),
    isClockTrusted: settings['trust-clock'] ?? false,
    admin: settings.admin === undefined ? null : readAddress(settings.admin, '--admin'),
    now,
    log,
    makesToken: showsToken,
    pages: dashboardPages(settings.public ? 'public' : 'token'),
  })
  const {http, udp, udpReceiveBufferBytes, admin, token} = collector
  onListening({http, udp, udpReceiveBufferBytes, admin, data: settings.data, token, hasToken: collector.hasToken()})
  reloads.begin(collector.reload)
  await asked
  await reloads.end()
  await collector.close()
  log.close()
}
