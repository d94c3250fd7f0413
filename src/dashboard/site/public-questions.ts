import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {noFilters} from '../../stats/model/filters.ts'
import {formatDay} from '../../stats/model/period.ts'
import {parseStatsQuery, rangeOf, readParameters, type StatsQuery} from '../../stats/model/query.ts'
import {type PublicStats, requirePublicQuestion, toPublic} from '../../stats/public/public.ts'
import type {Ask} from './ask.ts'

const dayMs = 86_400_000
/** The longest range without a token: each period costs time and memory. */
const maxYears = 50

/** The first and the last day of the month `months` months before the month of an instant. */
function monthBefore(instantMs: number, months: number): {readonly from: string; readonly to: string} {
  const date = new Date(instantMs)
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1)
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months + 1, 1)
  return {from: formatDay(first), to: formatDay(next - dayMs)}
}

/** The first and the last day of the last whole months. */
export const lastMonths = (nowMs: number, months: number): {readonly from: string; readonly to: string} => ({
  from: monthBefore(nowMs, months).from,
  to: monthBefore(nowMs, 1).to,
})

/** Asks for the last twelve whole months. */
export async function askMonths(ask: Ask, project: ProjectFile, nowMs: number): Promise<PublicStats> {
  const query = {project: project.project, ...lastMonths(nowMs, 12), by: 'month', filters: noFilters} as const
  return toPublic(await ask(project, query))
}

/** Asks for one month, `YYYY-MM`; default: the last whole month. Throws USAGE_QUERY_INVALID. */
export async function askMonth(ask: Ask, project: ProjectFile, month: unknown, nowMs: number): Promise<PublicStats> {
  const range = month === undefined ? monthBefore(nowMs, 1) : readMonth(month)
  return toPublic(await ask(project, {project: project.project, ...range, by: 'month', filters: noFilters}))
}

function readMonth(month: unknown): {readonly from: string; readonly to: string} {
  const firstMs =
    typeof month === 'string' && /^[12]\d{3}-(?:0[1-9]|1[0-2])$/.test(month) ? Date.parse(`${month}-01`) : null
  if (firstMs === null)
    throw new UsageError('USAGE_QUERY_INVALID', `month must be YYYY-MM, got ${describeValue(month)}`)
  return monthBefore(firstMs, 0)
}

/** Answers a query with the public part of the stats. Throws USAGE_QUERY_INVALID for a question that is not public. */
export async function askPublic(
  ask: Ask,
  project: ProjectFile,
  parameters: Readonly<Record<string, unknown>>,
  nowMs: number,
): Promise<PublicStats> {
  const whole = {...lastMonths(nowMs, 12), by: 'month'}
  const range = parameters['year'] === undefined ? whole : {by: whole.by}
  const written = readParameters(project.project, {...range, ...parameters})
  const query = parseStatsQuery(written, nowMs, project.identity.yearBegins)
  const {fromMs, toMs} = rangeOf(query)
  if (toMs - fromMs > maxYears * 366 * dayMs)
    throw new UsageError(
      'USAGE_QUERY_INVALID',
      `there must be at most ${maxYears} years, got ${query.from} to ${query.to}`,
    )
  requirePublicQuestion({...query, isOver: toMs <= nowMs})
  const isFiltered = Object.values(query.filters).some(value => value !== null)
  const unfiltered: StatsQuery = {...query, filters: noFilters}
  return toPublic(await ask(project, query), isFiltered ? await ask(project, unfiltered) : null)
}
