import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {createClockGuard} from '../intake/clock-guard.ts'
import {openPurgeView, openSource, openStore} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'
import {type PurgeOptions, type PurgeStep, purge} from './retention.ts'

/**
 * Purges a store that no collector writes, and yields each month after it is purged. Throws a
 * `UsageError`: USAGE_STORE_LOCKED while a collector runs (it purges by itself) unless it is a dry run, USAGE_PROJECT_UNKNOWN,
 * USAGE_STORE_UNREADABLE, USAGE_CLOCK_DOUBTED if the newest events contradict the clock and it is not trusted.
 *
 * @param project the id of the only project to purge; null for all
 */
export async function* purgeStore(
  place: StorePlace,
  project: string | null,
  options: PurgeOptions & {readonly isClockTrusted?: boolean},
): AsyncGenerator<PurgeStep> {
  const projects = chooseProjects(await readProjects(place), project)
  const store = await (options.dryRun === true ? openPurgeView(place) : openStore(place))
  try {
    const newestMs = await store.newestMs()
    createClockGuard({now: () => options.nowMs, newestMs, isTrusted: options.isClockTrusted ?? false}).require()
    yield* purge(store, projects, options)
    await store.maintain(options.nowMs, {mayRewrite: true})
  } finally {
    await store.close()
  }
}

/** Opens the store for reading first: this fails if there is no store, whereas opening for writing would create one. */
async function readProjects(place: StorePlace): Promise<readonly ProjectFile[]> {
  const source = await openSource(place)
  try {
    return await source.projects()
  } finally {
    await source.close()
  }
}

function chooseProjects(projects: readonly ProjectFile[], id: string | null): readonly ProjectFile[] {
  const chosen = projects.filter(one => id === null || one.project === id)
  if (chosen.length > 0 || id === null) return chosen
  throw new UsageError('USAGE_PROJECT_UNKNOWN', `the store has no project ${id}`, {
    next: `Use one of: ${projects.map(one => one.project).join(', ') || 'none'}.`,
  })
}
