import type {Stats} from '../../model/model.ts'
import {drawBar, drawColumns, fit, layOut, maxRows, more} from './draw.ts'
import type {Page, Section} from './page.ts'

const barWidth = 16

/** What the runs name: versions with their adoption over time, systems, schedulers, applications, CI. */
export function writeNamed(page: Page): Section[] {
  const {versions, systems, readableSystems, schedulers, applications, ci} = page.stats
  const named = (versions ?? []).map(({version, ...usage}) => ({name: version, ...usage}))
  const vendors = (ci?.vendors ?? []).map(({name, runs}) => ({name, runs, users: null}))
  return [
    {heading: 'Versions', lines: shareTable(named, 'version', page, {overTime: adoptionOf(page)})},
    {heading: 'Systems', lines: shareTable(systems ?? [], 'system', page)},
    {heading: 'Systems by their readable name', lines: shareTable(known(readableSystems), 'system', page)},
    {heading: 'Schedulers', lines: shareTable(known(schedulers), 'scheduler', page, {unknown: 'none'})},
    {
      heading: 'Applications',
      lines: (applications ?? []).length < 2 ? [] : shareTable(applications!, 'application', page),
    },
    {heading: 'Continuous integration', lines: shareTable(vendors, 'vendor', page)},
  ]
}

interface NamedRow {
  readonly name: string | null
  readonly runs: number
  /** Null where there are none to be counted: CI is nobody. */
  readonly users: number | null
}

/** A list of which nothing but the unknown is there says nothing. */
const known = (rows: readonly NamedRow[] | null): readonly NamedRow[] =>
  rows?.some(({name}) => name !== null) ? rows : []

/** Draws the runs of each version over the periods that there is room for. */
function adoptionOf({stats, paint, width}: Page): ((name: string | null) => string) | null {
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
  readonly overTime?: ((name: string | null) => string) | null
  /** What stands where no name was reported. */
  readonly unknown?: string
}

function shareTable(
  rows: readonly NamedRow[],
  what: string,
  {paint, width}: Page,
  {overTime = null, unknown = 'unknown'}: ShareOptions = {},
): string[] {
  const all = rows.reduce((sum, {runs}) => sum + runs, 0)
  if (all === 0) return []
  const hasUsers = rows.some(({users}) => users !== null)
  const body = rows
    .slice(0, maxRows)
    .map(({name, runs, users}) => [
      fit(name ?? unknown, Math.max(8, Math.min(32, width - 36))),
      runs,
      ...(hasUsers ? [users ?? ''] : []),
      drawBar(runs / all, barWidth),
      ...(overTime === null ? [] : [overTime(name)]),
    ])
  const heads = ['', 'runs', ...(hasUsers ? ['users'] : []), '', ...(overTime === null ? [] : ['runs over time'])]
  const [head, ...table] = layOut([heads, ...body])
  return [paint.dim(head!), ...table, ...more(rows.length, what)]
}
