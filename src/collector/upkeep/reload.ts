import type {LiveProjects, ProjectsReload} from '../intake/live-projects.ts'
import type {Store} from '../store/store.ts'

export interface ReloadParts {
  readonly live: LiveProjects
  readonly store: Pick<Store, 'saveProjects'>
  /** Called after each reload. */
  readonly onReloaded: () => void
}

/** Makes the function that reads the project files again. See `Collector.reload` for the contract. */
export function createReload({live, store, onReloaded}: ReloadParts): () => Promise<ProjectsReload> {
  return async () => {
    const changes = live.reload()
    await store.saveProjects([...live.projects.values()])
    onReloaded()
    return changes
  }
}
