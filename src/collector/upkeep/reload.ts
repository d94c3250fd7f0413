import type {LiveProjects, ProjectsReload} from '../intake/live-projects.ts'
import type {Log} from '../monitoring/log.ts'
import type {Store} from '../store/store.ts'

export interface ReloadParts {
  readonly live: LiveProjects
  readonly store: Pick<Store, 'saveProjects'>
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Called after each reload. */
  readonly onReloaded: () => void
}

/** Makes the function that reads the project files again. See `Collector.reload` for the contract. */
export function createReload({live, store, log, onReloaded}: ReloadParts): () => Promise<ProjectsReload> {
  return async () => {
    const changes = live.reload()
    await store.saveProjects([...live.projects.values()])
    const {added, changed, removed, problems} = changes
    log.info('project files read again', {added, changed, removed})
    for (const problem of problems) log.warn('project file unchanged', {name: problem})
    onReloaded()
    return changes
  }
}
