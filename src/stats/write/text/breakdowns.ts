import type {Breakdown} from '../../model/answer-row.ts'
import {type BreakdownRow, type NamedUsage, namedUsageOf, shownName, type UserBounds} from '../../model/breakdowns.ts'
import type {Stats} from '../../model/model.ts'
import {drawBar, drawColumns, fit, layOut, maxRows, more} from './draw.ts'
import type {Page, Section} from './page.ts'
import {writeUsers} from './write.ts'

const barWidth = 16

/** Writes the runs and users of a breakdown. `hideSingle` in the registry may hide a list of one row. */
export function writeBreakdown(row: BreakdownRow, page: Page): Section {
  const breakdown: Breakdown = row.breakdown
  const {noun, hideSingle} = breakdown
  const rows = namedUsageOf(page.stats, row) ?? []
  const isHidden = rows.length === 1 && (hideSingle === 'any' || (hideSingle === 'unknown' && rows[0]!.name === null))
  const overTime = row.key === 'versions' ? drawAdoption(page) : null
  return {
    heading: row.title,
    lines: isHidden ? [] : shareTable(rows, page, {noun, show: name => shownName(breakdown, name), overTime}),
  }
}

/** Writes the runs of continuous integration by vendor. */
export function writeCi(page: Page): Section {
  const vendors = page.stats.ci?.vendors ?? []
  return {heading: 'Continuous integration', lines: shareTable(vendors, page, {noun: 'vendor'})}
}

/**
 * Returns a function that draws the runs of a version over time. Null if there is no room for it, or only one period.
 */
function drawAdoption({stats, paint, width}: Page): ((name: string | null) => string) | null {
  const room = width - 70
  const periods = (stats.adoption ?? []).slice(-Math.max(1, room))
  if (room < 12 || periods.length < 2) return null
  return name =>
    drawColumns(
      periods.map(({versions, complete}) => ({value: runsOf(versions, name), complete})),
      paint,
    )
}

const runsOf = (versions: NonNullable<Stats['versions']>, name: string | null): number =>
  versions.find(({version}) => version === name)?.runs ?? 0

interface ShareOptions {
  readonly noun: string
  /** The text of a name. */
  readonly show?: (name: string | null) => string
  readonly overTime?: ((name: string | null) => string) | null
}

function shareTable(
  rows: readonly (Pick<NamedUsage, 'name' | 'runs'> & Partial<UserBounds>)[],
  {paint, width}: Page,
  {noun, show = name => name ?? 'unknown', overTime = null}: ShareOptions,
): string[] {
  const all = rows.reduce((sum, {runs}) => sum + runs, 0)
  if (all === 0) return []
  const hasUsers = rows.some(({usersHigh}) => usersHigh !== undefined)
  const body = rows
    .slice(0, maxRows)
    .map(({name, runs, users, usersLow = 0, usersHigh = 0}) => [
      fit(show(name), Math.max(8, Math.min(32, width - 36))),
      runs,
      ...(hasUsers ? [users ?? writeUsers({users: null, usersLow, usersHigh})] : []),
      drawBar(runs / all, barWidth),
      ...(overTime === null ? [] : [overTime(name)]),
    ])
  const heads = ['', 'runs', ...(hasUsers ? ['users'] : []), '', ...(overTime === null ? [] : ['runs over time'])]
  const [head, ...table] = layOut([heads, ...body])
  return [paint.dim(head!), ...table, ...more(rows.length, noun)]
}
