/**
 * Room `collector`: one collector from start to stop.
 *
 * It opens the parts in order (projects, store, upkeep, token, UDP, HTTP, inbox). If a part cannot be opened, it closes
 * those that are open and rejects with a coded error, so nothing is left listening or locked. A close waits for running
 * requests for a few seconds. It is the only module that imports all rooms.
 * Read next: `receive/http/server.ts` for the path of a report, `store/store.ts` for where it ends.
 */
import {hostname} from 'node:os'
import {findReader, hasReadToken, listReadTokens, makeFirstReadToken} from './access/read-tokens.ts'
import {makeFolderSecret, removeRunningCollector, writeRunningCollector} from './access/running-collector-file.ts'
import {sha256Of} from './access/tokens.ts'
import {oldIds, readOrMakeOldIdSecret} from './compat/old-ids.ts'
import {createGroupCommit} from './intake/group-commit.ts'
import {createGuards} from './intake/guards.ts'
import {openProjects} from './intake/live-projects.ts'
import {withProjectBudgets} from './intake/project-budget.ts'
import {findProject} from './intake/projects.ts'
import {createStoreProbe} from './intake/store-probe.ts'
import {watchCommits, watchInserts} from './intake/watch-commits.ts'
import {type AdminServer, openAdmin} from './monitoring/admin-server.ts'
import {boundLog} from './monitoring/bounded-log.ts'
import {describeStart} from './monitoring/describe-start.ts'
import {type Log, silentLog} from './monitoring/log.ts'
import type {Metrics} from './monitoring/metrics.ts'
import {createMonitor} from './monitoring/monitor.ts'
import {createReadiness, type ReadinessProbe} from './monitoring/readiness.ts'
import {packageVersion} from './monitoring/version.ts'
import {type ReadinessWatch, watchReadiness} from './monitoring/watch-readiness.ts'
import {openOwnStore} from './reading/own-store.ts'
import type {PreparingSchedule} from './reading/read-ahead.ts'
import {closeHttp} from './receive/http/close-http.ts'
import {createConnections} from './receive/http/guard/connections.ts'
import {requireKnownHost} from './receive/http/guard/hosts.ts'
import {listenHttp} from './receive/http/listen-http.ts'
import type {MakePages} from './receive/http/pages.ts'
import {buildHttp, type Front} from './receive/http/server.ts'
import {type InboxParts, type InboxReceiver, receiveInbox} from './receive/inbox.ts'
import {datagramFigures, datagramProbe} from './receive/udp/observe-datagrams.ts'
import {openReceiver, type UdpAddress} from './receive/udp/open-receiver.ts'
import {datagramReader} from './receive/udp/read-datagram.ts'
import type {UdpReceiver} from './receive/udp/receive-udp.ts'
import {placeOf} from './store/place.ts'
import {createProjectEnd} from './upkeep/end-project.ts'
import {createErase} from './upkeep/erase.ts'
import {type CollectorReload, createReload, releasePending} from './upkeep/reload.ts'
import {startMaintenance, startRetention} from './upkeep/retention.ts'

export interface CollectorOptions {
  /** The folder of project files: the closed set of projects. */
  readonly projectsDirectory: string
  /** The folder of the store, the lock and the hash of the read token. It is created if it is missing. */
  readonly dataDirectory: string
  /** The address of a store that is not in the data folder: `clickhouse://…`. */
  readonly store?: string | undefined
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  /** Unix milliseconds. */
  readonly now: () => number
  /** Default: no log. */
  readonly log?: Log
  /** Where datagrams are received. Port 0 selects a free port. Default: no datagrams. */
  readonly udp?: UdpAddress | null
  /** A folder whose reports are accepted like posted ones. */
  readonly inbox?: Pick<InboxParts, 'inbox' | 'everyMs'> | null
  /** The project that the datagrams of Parsl's own clients count for. */
  readonly parsl?: string | null
  /** The project that the posts of Mantid's own clients count for. */
  readonly mantid?: string | null
  /** Where `/metrics` is served. Port 0 selects a free port. Default: nowhere. */
  readonly admin?: {readonly host: string; readonly port: number} | null
  /** How the collector stands on the internet: its names, its proxies, its rates. */
  readonly front?: Front
  /** The dashboard. Default: no pages. */
  readonly pages?: MakePages
  /** Whether the first start on a data folder makes a read token. False: nobody would see it. Default: true. */
  readonly makesToken?: boolean
  /** Below so many free bytes reports are answered with 503. Default: a twentieth of the file system, at most 256 MiB. */
  readonly minFreeBytes?: number | null
  /** If true, the clock of the machine is believed also if it contradicts the store. */
  readonly isClockTrusted?: boolean
  /** When retention runs: milliseconds after the start, and after the end of each run. */
  readonly retention?: {readonly firstAfterMs: number; readonly everyMs: number}
  readonly preparing?: PreparingSchedule
}

export interface Collector {
  /** The address that it listens on, for example `http://127.0.0.1:8080`. */
  readonly http: string
  /** The address at which it receives datagrams, for example `127.0.0.1:50077`, or null. */
  readonly udp: string | null
  /** Bytes of the socket's receive buffer, as the kernel reports them. Null without datagrams. */
  readonly udpReceiveBufferBytes: number | null
  /** The address of `/metrics`, or null. */
  readonly admin: string | null
  /** The read token that this start made: the first one on its data folder. Null at every later start. */
  readonly token: string | null
  /** Whether a read token exists that has not expired. */
  hasToken(): boolean
  /**
   * Reads the project files again, while reports are received. Resolves to what changed, and to the problems: what they
   * concern stays as it was. Rejects if the store fails.
   */
  reload(): Promise<CollectorReload>
  /** Makes `/readyz` answer 503, so that a load balancer sends no more requests. They are still accepted. */
  beginDrain(): void
  /** Gives running requests no more time when the collector closes. What has arrived is still stored. */
  hurry(): void
  /**
   * Accepts no more requests, answers those that have arrived, and closes the store. Running requests get at most
   * `closeSeconds`, even if a sender holds a connection open.
   */
  close(): Promise<void>
}

/**
 * Opens a collector and listens. If a part cannot be opened, it rejects with a `UsageError` and leaves nothing open:
 * USAGE_PROJECTS_UNREADABLE, USAGE_PROJECT_FILE_*, USAGE_STORE_LOCKED, USAGE_STORE_UNREADABLE,
 * USAGE_STORE_DAMAGED, USAGE_ADDRESS_UNAVAILABLE, USAGE_PROJECT_UNKNOWN.
 */
export async function openCollector(options: CollectorOptions): Promise<Collector> {
  const {dataDirectory, now, front = {}} = options
  const live = openProjects(options.projectsDirectory)
  const {projects} = live
  const {parsl = null, mantid = null} = options
  for (const id of [parsl, mantid]) if (id !== null) findProject(projects, id)
  const log = boundLog(options.log ?? silentLog)
  const own = await openOwnStore(placeOf(dataDirectory, options.store), log, now)
  const {store, source} = own
  const metrics = await openMetrics(options.admin != null)
  const monitor = createMonitor(log, metrics?.meter)
  let watch: ReadinessWatch | null = null
  const {probes, clock, gate} = await createGuards({...options, checkStore: own.check}, store, () => void watch?.look())
  const commits = withProjectBudgets(createGroupCommit(watchInserts(store, monitor), {gate}), now)
  const groupCommit = watchCommits(commits, monitor)
  const believedNow = (): number => {
    clock.require()
    return now()
  }
  const followUp = () => own.readAhead(projects.values(), now)
  const retention = own.purges
    ? startRetention(store, projects, believedNow, options.retention, followUp, monitor)
    : startMaintenance(store, believedNow, options.retention, monitor)
  const preparing = own.keepPrepared(options.preparing)
  let isOpen = true
  let isDraining = false
  const hurry = Promise.withResolvers<void>()
  let receiver: UdpReceiver | null = null
  let inbox: InboxReceiver | null = null
  let admin: AdminServer | null = null
  let stopListening: (() => Promise<void>) | null = null
  const settle = async (): Promise<void> => {
    await receiver?.settle()
    await groupCommit.settle()
  }
  const closeStore = async (): Promise<void> => {
    watch?.stop()
    await admin?.close()
    metrics?.close()
    await receiver?.close()
    await inbox?.close()
    await groupCommit.drain()
    await retention.stop()
    preparing.stop()
    await source.close()
    await store.close()
  }
  try {
    await store.saveProjects([...projects.values()])
    await releasePending(store, projects.values())
    // Damaged tokens must not wait for the first reader.
    listReadTokens(dataDirectory)
    if (clock.check().ok) await store.maintain(now(), {isStopped: () => true})
    const ids = oldIds(parsl !== null || mantid !== null ? readOrMakeOldIdSecret(dataDirectory) : '')
    receiver = await openReceiver(options.udp ?? null, {
      groupCommit,
      store,
      now: clock.now,
      onDeath: error => log.error('thread ended', {name: 'datagrams', error}),
      onUnknown: times => monitor.refused('udp', 'unknown', null, times),
      readDatagram: datagramReader({projects, parsl: parsl === null ? null : {project: parsl, ids}}),
    })
    const secret = makeFolderSecret()
    // Each part that can fail in a way that loses reports has a probe.
    const allProbes: ReadinessProbe[] = [...probes, createStoreProbe(store, gate), ...own.probes]
    if (receiver !== null) allProbes.push(datagramProbe(receiver))
    const readiness = createReadiness(allProbes, () => isOpen && !isDraining)
    watch = watchReadiness(readiness, log)
    const pauseReading = () => source.pause()
    const endProject = createProjectEnd({live, store, log, dataDirectory, settle, pauseReading, now})
    const parts = {
      projects,
      folder: {dataDirectory, secretSha256: sha256Of(secret), restore: store.restore},
      groupCommit,
      erase: createErase({store, groupCommit: {settle}, pauseReading}),
      end: {secretSha256: sha256Of(secret), endProject},
      mantid: mantid === null ? null : {project: mantid, ids},
      source,
      held: source.held,
      pages: options.pages?.({projects, source, now, basePath: front.basePath ?? ''}) ?? null,
      findReader: (authorization: string | undefined) => findReader(dataDirectory, authorization, now()),
      now,
      isOpen: () => isOpen,
      hearSentAt: clock.hear,
      monitor,
      readiness,
    }
    const connections = createConnections({isProxy: front.isProxy})
    const app = buildHttp({...parts, connections, front})
    const http = await listenHttp(app, options)
    stopListening = async () => {
      isOpen = false
      removeRunningCollector(dataDirectory)
      await closeHttp(app, connections, hurry.promise)
    }
    writeRunningCollector(dataDirectory, {http, secret})
    // A token that is made before the collector listens is lost if the port is busy.
    const token = (options.makesToken ?? true) ? makeFirstReadToken(dataDirectory, now()) : null
    inbox = options.inbox
      ? receiveInbox({
          ...options.inbox,
          projects,
          groupCommit,
          now,
          onSetAside: () => monitor.refused('inbox', 'not-a-report', null),
        })
      : null
    if (options.admin != null && metrics !== null) {
      for (const figure of [...own.figures, ...(receiver === null ? [] : datagramFigures(receiver))])
        metrics.add(figure)
      metrics.add({
        name: 'waiting_bytes',
        help: 'Bytes of reports that wait to be written.',
        read: groupCommit.waitingBytes,
      })
      metrics.add({name: 'ready', help: 'Checks of /readyz.', label: 'check', read: watch.latest})
      const names = [options.admin.host, hostname(), ...(front.hosts ?? [])]
      const requireHost = (host: string | undefined) => requireKnownHost(host, {names, projects})
      admin = await openAdmin({...options.admin, metrics, readiness, requireHost})
    }
    await watch.look()
    log.info(
      'started',
      describeStart({...options, store: own.description}, [...projects.keys()], {
        http,
        udp: receiver,
        admin: admin?.address ?? null,
      }),
    )
    return {
      http,
      udp: receiver?.address ?? null,
      udpReceiveBufferBytes: receiver?.receiveBufferBytes ?? null,
      admin: admin?.address ?? null,
      token,
      hasToken: () => hasReadToken(dataDirectory, now()),
      reload: createReload({live, store, log, onReloaded: () => inbox?.lookAgain()}),
      beginDrain() {
        isDraining = true
        log.info('draining')
      },
      hurry: hurry.resolve,
      async close() {
        log.info('stopping')
        await stopListening?.()
        await closeStore()
        log.flush()
        log.info('stopped')
      },
    }
  } catch (error) {
    await stopListening?.()
    await closeStore()
    throw error
  }
}

/** The figures for `/metrics`. The package that writes them is loaded only for this. */
async function openMetrics(isWanted: boolean): Promise<Metrics | null> {
  if (!isWanted) return null
  const {createMetrics} = await import('./monitoring/metrics.ts')
  return createMetrics(packageVersion())
}
