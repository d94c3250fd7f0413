import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {parseStatsQuery, readParameters, type StatsQuery, type WrittenStatsQuery} from '../../stats/model/query.ts'
import {escapeHtml} from '../../stats/write/html.ts'

/** The question of a page, as its address contains it. Links to other pages repeat it. */
export interface State {
  /** The path below which the collector is reached, such as `/usage`. Empty: at the root of its host. */
  readonly base: string
  readonly project: ProjectFile
  /** The parameters of the address that are not empty. */
  readonly written: Readonly<Record<string, string>>
  readonly query: StatsQuery
}

/** What an address is made of. */
export type Place = Pick<State, 'base' | 'project' | 'written'>

/** The address of the list of projects. */
export const homeAddress = (base: string): string => `${base}/`

/** The address at which the browser asks for a read token, and which then leads back to a project or to the list. */
export const signInAddress = (base: string, project: ProjectFile | null): string =>
  `${base}/sign-in${project === null ? '' : `?project=${encodeURIComponent(project.project)}`}`

/** A link for readers who have a token. HTML. */
export const writeSignIn = (address: string): string =>
  `<a href="${escapeHtml(address)}" rel="nofollow">Sign in with a read token</a> for all figures.`

const uses = ['internal', 'direct'] as const

/**
 * Reads the parameters of a page: those of the stats, and `use`, which a form sets to internal or direct. Empty
 * parameters are ignored. Throws USAGE_QUERY_INVALID.
 */
export function readState(
  {base, project}: Pick<State, 'base' | 'project'>,
  parameters: Readonly<Record<string, unknown>>,
  nowMs: number,
): State {
  const {use, ...others} = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
  const chosen = uses.find(one => one === use)
  if (use !== undefined && chosen === undefined)
    throw new UsageError('USAGE_QUERY_INVALID', `use must be internal or direct, got ${describeValue(use)}`)
  const written = chosen === undefined ? others : {...others, [chosen]: '1'}
  const query = readParameters(project.project, written)
  return {
    base,
    project,
    written: onlyTexts(written),
    query: parseStatsQuery(query as WrittenStatsQuery, nowMs, project.identity.yearBegins),
  }
}

const onlyTexts = (parameters: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))

/** The address of a page or of an answer of a project. `changes` sets parameters; null removes one. */
export function addressTo(
  {base, project, written}: Place,
  page: string,
  changes: Readonly<Record<string, string | null>> = {},
): string {
  const path = `${base}/projects/${encodeURIComponent(project.project)}${page === '' ? '' : `/${page}`}`
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({...written, ...changes})) if (value !== null) parameters.set(name, value)
  return parameters.size === 0 ? path : `${path}?${parameters}`
}
