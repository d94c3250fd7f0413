/**
 * Room `write`: answers as text, CSV, Markdown and HTML.
 *
 * Everything is made from `Stats`, the model, and first turned into plain tables (this file), so that all formats show the
 * same numbers under the same titles. Names that came from outside are escaped by each format: control characters in
 * terminals, formulas in CSV, markup in HTML and Markdown. Pure.
 * Read next: `text.ts` for the terminal page, `csv.ts`.
 */
import type {Before, Measure, PeopleMeasure, Stats} from '../model/model.ts'

export type Cell = string | number | boolean | null

/** One answer as a table: a row says one thing, a column has one meaning. Cells are raw: every format escapes them. */
export interface Table {
  /** The key of the answer, or `fieldValues` for the values of the fields. */
  readonly section: string
  readonly title: string
  /** Names of the columns: keys of `docs/stats.md`. */
  readonly columns: readonly string[]
  /** Null where a filter leaves no answer; empty where there is nothing. */
  readonly rows: readonly (readonly Cell[])[] | null
}

const usageColumns = ['name', 'runs', 'users']

/** All answers as tables, in the order of a page. The range itself is the row whose `span` is `range`. Pure. */
export function tablesOf(stats: Stats): Table[] {
  return [...aboutQuestion(stats), ...aboutPeople(stats), ...aboutRuns(stats), ...aboutUse(stats), ...aboutData(stats)]
}

/** The sections that there are, in their order. */
export const sectionNames = [
  ...['filters', 'users', 'hosts', 'userFlow', 'runs', 'scripts', 'trend', 'outcomes', 'successRate'],
  ...['commonestFault', 'exitCodes', 'duration', 'features', 'unusedFeatures', 'versions', 'adoption', 'systems'],
  ...['readableSystems', 'schedulers', 'applications', 'ci', 'fields', 'fieldValues', 'quality'],
  'tables',
]

function aboutQuestion({filters}: Stats): Table[] {
  const rows = Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return [{section: 'filters', title: 'Limited to', columns: ['name', 'value'], rows}]
}

/** The whole range, then each period. */
function spanRows<T extends {readonly period: string; readonly complete: boolean}, W>(
  stats: Stats,
  answer: (W & {readonly periods: readonly T[]}) | null,
  tell: (one: W | T) => Cell[],
): Cell[][] | null {
  if (answer === null) return null
  const range = ['range', `${stats.from}/${stats.to}`, ...tell(answer), stats.trend.complete]
  return [range, ...answer.periods.map(one => ['period', one.period, ...tell(one), one.complete])]
}

const bounds = ['value', 'exact', 'low', 'high']
const several = ['onSeveralDays', 'onSeveralDaysLow', 'onSeveralDaysHigh']
const overTime = (columns: readonly string[]): string[] => ['span', 'period', ...columns, 'complete']

type Bounded = {readonly exact: boolean; readonly low: number; readonly high: number}
const boundsOf = (one: Bounded & ({readonly total: number} | {readonly value: number})): Cell[] => [
  'total' in one ? one.total : one.value,
  ...[one.exact, one.low, one.high],
]

function countTable(stats: Stats, section: 'runs' | 'scripts', title: string): Table {
  const rows = spanRows(stats, stats[section], (one: Measure | Measure['periods'][number]) => boundsOf(one))
  return {section, title, columns: overTime(bounds), rows}
}

function peopleTable(stats: Stats, section: 'users' | 'hosts', title: string): Table {
  const tell = (one: PeopleMeasure | PeopleMeasure['periods'][number]): Cell[] => {
    const {total, low, high} = one.onSeveralDays
    return [...boundsOf(one), total, low, high]
  }
  return {section, title, columns: overTime([...bounds, ...several]), rows: spanRows(stats, stats[section], tell)}
}

function aboutPeople(stats: Stats): Table[] {
  const flowColumns = ['period', 'new', 'returning', 'lost', 'reason', 'complete'] as const
  return [
    peopleTable(stats, 'users', 'Users'),
    peopleTable(stats, 'hosts', 'Hosts'),
    {
      section: 'userFlow',
      title: 'New, returning and lost users',
      columns: flowColumns,
      rows: pickRows(stats.userFlow, flowColumns),
    },
    countTable(stats, 'runs', 'Runs'),
    countTable(stats, 'scripts', 'Scripts'),
    trendTable(stats),
  ]
}

function pickRows<K extends string>(
  items: readonly Readonly<Record<K, Cell>>[] | null,
  columns: readonly K[],
): Cell[][] | null {
  return items?.map(item => columns.map(column => item[column])) ?? null
}

function trendTable({trend: {previous, yearBefore, runsChange, usersChange}}: Stats): Table {
  const columns = ['from', 'to', 'runs', 'users', 'usersExact', 'usersLow', 'usersHigh'] as const
  const row = (name: string, before: Before, changes: Cell[]): Cell[] => [
    name,
    ...columns.map(column => before[column]),
    ...changes,
  ]
  return {
    section: 'trend',
    title: 'Against the time before',
    columns: ['against', ...columns, 'runsChange', 'usersChange'],
    rows: [
      row('previous', previous, [runsChange, usersChange]),
      row('yearBefore', yearBefore, [yearBefore.runsChange, yearBefore.usersChange]),
    ],
  }
}

function aboutRuns(stats: Stats): Table[] {
  const outcomes = ['ok', 'failed', 'signal', 'lost', 'running', 'unknown'] as const
  const rates = ['value', 'low', 'high'] as const
  const durations = ['n', 'meanSeconds', 'p50Seconds', 'p90Seconds', 'p99Seconds'] as const
  const series = <K extends string>(
    section: 'outcomes' | 'successRate' | 'duration',
    title: string,
    columns: readonly K[],
  ): Table => {
    const answer = stats[section] as (Record<K, Cell> & {periods: (Record<K, Cell> & PeriodMark)[]}) | null
    const rows = spanRows<Record<K, Cell> & PeriodMark, Record<K, Cell>>(stats, answer, one => columns.map(c => one[c]))
    return {section, title, columns: overTime(columns), rows}
  }
  const isAnswered = stats.outcomes !== null
  const faultColumns = ['exitCode', 'signal', 'runs'] as const
  const faults = stats.commonestFault === null ? [] : [stats.commonestFault]
  const codeColumns = ['exitCode', 'runs'] as const
  return [
    series('outcomes', 'Outcomes', outcomes),
    series('successRate', 'Success rate', rates),
    {
      section: 'commonestFault',
      title: 'Commonest fault',
      columns: faultColumns,
      rows: isAnswered ? pickRows(faults, faultColumns) : null,
    },
    {
      section: 'exitCodes',
      title: 'Exit codes',
      columns: codeColumns,
      rows: pickRows(stats.exitCodes, codeColumns),
    },
    series('duration', 'Duration in seconds', durations),
  ]
}

interface PeriodMark {
  readonly period: string
  readonly complete: boolean
}

function aboutUse(stats: Stats): Table[] {
  const features = ['type', 'name', 'count', 'internalCount', 'runs', 'users', 'meanSeconds'] as const
  const adoption = stats.adoption?.flatMap(({period, versions, complete}) =>
    versions.map(({version, runs, users}) => [period, version, runs, users, complete]),
  )
  const named = (section: 'systems' | 'readableSystems' | 'schedulers' | 'applications', title: string): Table => ({
    ...{section, title, columns: usageColumns},
    rows: stats[section]?.map(({name, runs, users}) => [name, runs, users]) ?? null,
  })
  const all = stats.runs?.total ?? 0
  return [
    {section: 'features', title: 'Features', columns: features, rows: pickRows(stats.features, features)},
    {
      section: 'unusedFeatures',
      title: 'Features declared and never used',
      columns: ['name'],
      rows: stats.unusedFeatures?.map(name => [name]) ?? null,
    },
    {
      section: 'versions',
      title: 'Versions',
      columns: ['version', 'runs', 'users'],
      rows: pickRows(stats.versions, ['version', 'runs', 'users']),
    },
    {
      section: 'adoption',
      title: 'Versions over time',
      columns: ['period', 'version', 'runs', 'users', 'complete'],
      rows: adoption ?? null,
    },
    named('systems', 'Systems'),
    named('readableSystems', 'Systems by their readable name'),
    named('schedulers', 'Schedulers'),
    named('applications', 'Applications'),
    {
      section: 'ci',
      title: 'Continuous integration',
      columns: ['name', 'runs', 'share'],
      rows: stats.ci?.vendors.map(({name, runs}) => [name, runs, all === 0 ? null : runs / all]) ?? null,
    },
  ]
}

function aboutData({fields, quality: {erased, tables, ...quality}}: Stats): Table[] {
  const counts = {erasedRuns: erased?.runs ?? null, erasedFeatures: erased?.features ?? null, ...quality}
  const columns = ['n', 'mean', 'median', 'max'] as const
  const entries = fields === null ? null : Object.entries(fields)
  return [
    {
      section: 'fields',
      title: 'Fields',
      columns: ['name', ...columns],
      rows: entries?.map(([name, field]) => [name, ...columns.map(column => field[column])]) ?? null,
    },
    {
      section: 'fieldValues',
      title: 'Values of fields',
      columns: ['name', 'value', 'runs'],
      rows:
        entries?.flatMap(([name, {values}]) => (values ?? []).map(({value, runs}): Cell[] => [name, value, runs])) ??
        null,
    },
    {section: 'quality', title: 'Data quality', columns: ['name', 'value'], rows: Object.entries(counts)},
    {
      section: 'tables',
      title: 'Tables of the store',
      columns: ['name', 'bytes', 'rows'],
      rows: pickRows(tables ?? [], ['name', 'bytes', 'rows']),
    },
  ]
}
