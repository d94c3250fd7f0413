import {subscribe, unsubscribe} from 'node:diagnostics_channel'
import {cpSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import type {FastifyInstance} from 'fastify'
import {createGroupCommit, type GroupCommit} from '../../../src/collector/intake/group-commit.ts'
import {silentLog} from '../../../src/collector/monitoring/log.ts'
import {createMonitor} from '../../../src/collector/monitoring/monitor.ts'
import {createReadiness} from '../../../src/collector/monitoring/readiness.ts'
import {buildHttp} from '../../../src/collector/receive/http/server.ts'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import type {Store} from '../../../src/collector/store/store.ts'
import {createErase} from '../../../src/collector/upkeep/erase.ts'
import {type FaultPoint, faultChannelName} from '../../../src/fault-points.ts'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import type {TrueClock} from './agenda.ts'
import {published} from './projects.ts'

export interface RawAnswer {
  readonly status: number
  readonly body: string
}

/** The real collector without a socket: its server, its group commit and its store, on true time. */
export class SimulatedCollector {
  readonly projects = new Map<string, ProjectFile>()
  restarts = 0
  private readonly root: string
  private readonly time: TrueClock
  private parts: {store: Store; source: StatsSource; groupCommit: GroupCommit; app: FastifyInstance} | null = null

  constructor(root: string, time: TrueClock) {
    this.root = root
    this.time = time
    for (const [id, [first]] of Object.entries(published)) this.projects.set(id, first!)
  }

  get dataDirectory(): string {
    return join(this.root, `collector-${this.restarts}`)
  }

  async open(): Promise<void> {
    const store = openSqliteStore(this.dataDirectory)
    await store.saveProjects([...this.projects.values()])
    const source = openSqliteSource(this.dataDirectory)
    const groupCommit = createGroupCommit(store)
    const app = buildHttp({
      projects: new Map(this.projects),
      groupCommit,
      erase: createErase({store, groupCommit, pauseReading: async () => () => {}}),
      source,
      pages: null,
      findReader: () => null,
      now: () => this.time.nowMs,
      isOpen: () => true,
      readiness: createReadiness([], () => true),
      monitor: createMonitor(silentLog),
    })
    this.parts = {store, source, groupCommit, app}
  }

  get source(): StatsSource {
    return this.running().source
  }

  /** Ends it as an administrator does; it may come back with newer project files. */
  async restart(): Promise<void> {
    await this.close()
    await this.open()
  }

  /** Ends it as `kill -9` does, now or at a named step of some work: what comes back stands on the files as they were. */
  async crash(at: FaultPoint | null = null, work: () => Promise<unknown> = async () => {}): Promise<void> {
    const next = join(this.root, `collector-${this.restarts + 1}`)
    const keep = (point: unknown): void => {
      if (point === at) cpSync(this.dataDirectory, next, {recursive: true})
    }
    if (at === null) keep(null)
    subscribe(faultChannelName, keep)
    await work()
    unsubscribe(faultChannelName, keep)
    await this.close()
    this.restarts++
    await this.open()
  }

  async close(): Promise<void> {
    const {store, source, groupCommit, app} = this.running()
    this.parts = null
    await app.close()
    await groupCommit.drain()
    await source.close()
    await store.close()
  }

  async post(body: string, headers: Readonly<Record<string, string>>): Promise<RawAnswer> {
    const isLarge = Buffer.byteLength(body) > 1024
    const response = await this.running().app.inject({
      method: 'POST',
      url: '/v1/reports',
      headers: {
        'content-type': 'application/json',
        ...(isLarge && {'content-encoding': 'gzip'}),
        ...headers,
      },
      payload: isLarge ? gzipSync(body) : body,
    })
    return {status: response.statusCode, body: response.body}
  }

  private running() {
    if (this.parts === null) throw new Error('the simulated collector is closed')
    return this.parts
  }
}
