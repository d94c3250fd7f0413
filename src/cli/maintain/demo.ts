import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openCollector} from '../../collector/collector.ts'
import {fillWithDemo} from '../../collector/demo/fill.ts'
import {demoProject} from '../../collector/demo/project.ts'
import {openStore, prepareStore} from '../../collector/store/open.ts'
import {storeInFolder} from '../../collector/store/place.ts'
import type {ShowPreparing} from '../output/preparing-line.ts'
import {dashboardPages} from './dashboard-pages.ts'

export interface Demo {
  readonly http: string
  /** The number of generated events. */
  readonly events: number
  /** Stops serving and removes the temporary folder. */
  close(): Promise<void>
}

/**
 * Fills a store in a temporary folder with generated events, prepares it for answers, and serves its dashboard without a
 * token.
 */
export async function openDemo(
  address: {readonly host: string; readonly port: number},
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
    const store = await openStore(storeInFolder(dataDirectory))
    const events = await fillWithDemo(store, now()).finally(() => store.close())
    await prepareStore(storeInFolder(dataDirectory), onPrepared)
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
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
