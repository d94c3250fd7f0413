import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/problem.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {parseStatsQuery, readParameters, type StatsQuery, type WrittenStatsQuery} from '../../stats/model/query.ts'

/** What a page is asked: a query as its address has it, whose links lead to other pages of the same question. */
export interface State {
  readonly project: ProjectFile
  /** What the address says, without what is empty. */
  readonly written: Readonly<Record<string, string>>
  readonly query: StatsQuery
}

const uses = ['internal', 'direct'] as const

/**
 * Reads the parameters of a page: those of the stats, and `use`, by which a form says internal or direct. What a form
 * leaves empty is not said. Throws a `UsageError` USAGE_QUERY_INVALID.
 */
export function readState(project: ProjectFile, parameters: Readonly<Record<string, unknown>>, nowMs: number): State {
  const {use, ...others} = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
  const chosen = uses.find(one => one === use)
  if (use !== undefined && chosen === undefined)
    throw new UsageError('USAGE_QUERY_INVALID', `use must be internal or direct, got ${describeValue(use)}`)
  const named = chosen === undefined ? others : {...others, [chosen]: '1'}
  const query = readParameters(project.project, named)
  return {project, written: onlyTexts(named), query: parseStatsQuery(query as WrittenStatsQuery, nowMs)}
}

const onlyTexts = (parameters: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))

/** The address of a page or of an answer of a project, with parameters; null takes one away. */
export function addressTo(
  {project, written}: Pick<State, 'project' | 'written'>,
  page: string,
  changes: Readonly<Record<string, string | null>> = {},
): string {
  const path = `/projects/${encodeURIComponent(project.project)}${page === '' ? '' : `/${page}`}`
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({...written, ...changes})) if (value !== null) parameters.set(name, value)
  return parameters.size === 0 ? path : `${path}?${parameters}`
}
