import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openCollector} from '../../collector/collector.ts'
import {fillWithDemo} from '../../collector/demo/fill.ts'
import {demoProject} from '../../collector/demo/project.ts'
import {openSource, openStore, prepareStore} from '../../collector/store/open.ts'
import {placeOf, type StorePlace} from '../../collector/store/place.ts'
import type {Store} from '../../collector/store/store.ts'
import {endStoredProject} from '../../collector/upkeep/end-project.ts'
import {UsageError} from '../../errors.ts'
import type {ShowPreparing} from '../output/preparing-line.ts'
import {dashboardPages} from './dashboard-pages.ts'

export interface Demo {
  readonly http: string
  /** The number of generated events. */
  readonly events: number
  /** Stops serving, removes the temporary folder, and ends the project in a store elsewhere. */
  close(): Promise<void>
}

/**
 * Fills a store with generated events, prepares it for answers, and serves its dashboard without a token. The store is in
 * a temporary folder, or at an address: there it must be empty, else it rejects with a `UsageError` USAGE_WRONG_USE.
 */
export async function openDemo(
  address: {readonly host: string; readonly port: number; readonly store?: string | undefined},
  now: () => number,
  onPrepared: ShowPreparing = () => {},
): Promise<Demo> {
  const directory = mkdtempSync(join(tmpdir(), 'usage-demo-'))
  const remove = (): void => rmSync(directory, {recursive: true, force: true, maxRetries: 5, retryDelay: 100})
  try {
    const dataDirectory = join(directory, 'data')
    const projectsDirectory = join(directory, 'projects')
    mkdirSync(projectsDirectory)
    writeFileSync(join(projectsDirectory, 'demo.json'), JSON.stringify(demoProject()))
    const place = placeOf(dataDirectory, address.store)
    const store = await openStore(place)
    const events = await fill(place, store, now()).finally(() => store.close())
    await prepareStore(place, onPrepared)
    const collector = await openCollector({
      ...address,
      projectsDirectory,
      dataDirectory,
      now,
      pages: dashboardPages('open'),
    })
    return {
      http: collector.http,
      events,
      async close() {
        await collector.close()
        if (place.kind !== 'sqlite') await endStoredProject(place, demoProject().project, now())
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

async function fill(place: StorePlace, store: Store, nowMs: number): Promise<number> {
  if (place.kind === 'sqlite') return fillWithDemo(store, nowMs)
  const source = await openSource(place)
  try {
    if ((await source.projects()).length > 0)
      throw new UsageError('USAGE_WRONG_USE', 'the demo fills an empty store, and this one has projects', {
        next: 'Choose another database in --store.',
      })
  } finally {
    await source.close()
  }
  return fillWithDemo(store, nowMs, groupOfServers)
}

/** Reports that servers get together. */
const groupOfServers = 4_000
