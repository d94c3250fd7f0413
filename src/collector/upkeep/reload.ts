import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {LiveProjects, ProjectsReload} from '../intake/live-projects.ts'
import type {Log} from '../monitoring/log.ts'
import type {Store} from '../store/store.ts'

/** What a reload changed. */
export interface CollectorReload extends ProjectsReload {
  /** Events that waited for their declaration and are counted now. */
  readonly released: number
}

export interface ReloadParts {
  readonly live: LiveProjects
  readonly store: Pick<Store, 'saveProjects' | 'releasePending'>
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Called after each reload. */
  readonly onReloaded: () => void
}

/** Makes the function that reads the project files again. See `Collector.reload` for the contract. */
export function createReload({live, store, log, onReloaded}: ReloadParts): () => Promise<CollectorReload> {
  return async () => {
    const changes = live.reload()
    const files = [...live.projects.values()]
    await store.saveProjects(files)
    const released = await releasePending(store, files)
    const {added, changed, removed, problems} = changes
    log.info('project files read again', {added, changed, removed, released})
    for (const problem of problems) log.warn('project file unchanged', {name: problem})
    onReloaded()
    return {...changes, released}
  }
}

/** Counts what was pending and is declared by now. Resolves to the number of events. */
export async function releasePending(
  store: Pick<Store, 'releasePending'>,
  files: Iterable<ProjectFile>,
): Promise<number> {
  let released = 0
  for (const file of files) released += await store.releasePending(file)
  return released
}
