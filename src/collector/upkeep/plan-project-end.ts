import {listReadTokens} from '../access/read-tokens.ts'
import {hasShareToken} from '../access/share-links.ts'
import {countProject} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'
import type {EndedProject} from './end-project.ts'

/**
 * What the end of a project would delete. Changes nothing, also beside a running collector. Rejects with a `UsageError`:
 * USAGE_PROJECT_UNKNOWN, USAGE_STORE_UNREADABLE.
 */
export async function planProjectEnd(
  place: StorePlace,
  project: string,
): Promise<Omit<EndedProject, 'receipt' | 'erasedAt'>> {
  const {dataDirectory} = place
  const {runs, features} = await countProject(place, project)
  const tokens = listReadTokens(dataDirectory).filter(token => token.project === project).length
  return {project, runs, features, tokens, links: Number(hasShareToken(dataDirectory, project))}
}
