import {listReadTokens} from '../access/read-tokens.ts'
import {hasShareToken} from '../access/share-links.ts'
import {countProject} from '../store/sqlite/sqlite.ts'
import type {EndedProject} from './end-project.ts'

/**
 * What the end of a project would delete. Changes nothing, also beside a running collector. Throws a `UsageError`:
 * USAGE_PROJECT_UNKNOWN, USAGE_STORE_UNREADABLE.
 */
export function planProjectEnd(dataDirectory: string, project: string): Omit<EndedProject, 'receipt' | 'erasedAt'> {
  const {runs, features} = countProject(dataDirectory, project)
  const tokens = listReadTokens(dataDirectory).filter(token => token.project === project).length
  return {project, runs, features, tokens, links: Number(hasShareToken(dataDirectory, project))}
}
