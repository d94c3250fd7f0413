import {setTimeout as wait} from 'node:timers/promises'
import {type Collector, openCollector} from '../../../collector/collector.ts'
import {openLog} from '../../../collector/monitoring/write-log.ts'
import type {CollectSettings} from '../../arguments/collect-settings.ts'
import {readAddress, readUdpAddress} from '../../arguments/listen-address.ts'
import {readFront} from '../../arguments/operator/front.ts'
import {readSize} from '../../arguments/operator/size.ts'
import {dashboardPages} from '../dashboard-pages.ts'
import {openInbox} from '../open-inbox.ts'
import {reloadsAtHangup} from './reloads-at-hangup.ts'
import {waitForStopSignals} from './wait-for-stop-signals.ts'

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
 * Runs a collector until SIGTERM or SIGINT. It is then unready for some seconds, and stores what has arrived. A second
 * signal ends the waiting. SIGHUP makes it read the project files again.
 * Rejects with a coded error.
 */
export async function runCollector(
  settings: CollectSettings,
  {now, showsToken, onListening, isTerminal}: CollectorRun,
) {
  const [asked, askedAgain] = waitForStopSignals(2) as [Promise<void>, Promise<void>]
  const log = openLog(settings['log-level'] ?? 'info', settings['log-format'] ?? (isTerminal ? 'text' : 'json'))
  process.on('uncaughtExceptionMonitor', error => {
    log.error('crashed', {error})
    log.flushNow()
  })
  const reloads = reloadsAtHangup(error => log.error('project files not read again', {error}))
  const collector = await openCollector({
    projectsDirectory: settings.projects,
    dataDirectory: settings.data,
    store: settings.store,
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
  await drain(collector, settings['drain-seconds'] ?? 0, askedAgain)
  await reloads.end()
  void askedAgain.then(collector.hurry)
  await collector.close()
  await log.close()
}

/** A load balancer sees that the collector is unready, and sends its requests elsewhere. */
async function drain(collector: Pick<Collector, 'beginDrain'>, seconds: number, isHurried: Promise<void>) {
  if (seconds === 0) return
  collector.beginDrain()
  const ended = new AbortController()
  await Promise.race([wait(seconds * 1000, undefined, {signal: ended.signal}).catch(() => {}), isHurried])
  ended.abort()
}
