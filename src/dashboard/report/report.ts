/**
 * Room `report`: a report to share with a funder.
 *
 * `makeReport` makes one plain object from the answers, the project file and the citation file: what the software is,
 * four sentences to paste, reporting years side by side, the figures, how they were counted, and how to cite them. Every
 * format writes this object, so JSON, Markdown and HTML contain the same numbers. Nothing in it is about fewer than five
 * users, also not if one number is subtracted from another. Texts from outside are escaped by the formats. Pure.
 * Read next: `years.ts`, `sentences.ts`, `write-html.ts`.
 */
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {StatsFilters} from '../../stats/model/filters.ts'
import type {Stats, Trend} from '../../stats/model/model.ts'
import {minUnknownDays, minUnknownUses, minUsers} from '../../stats/public/cells.ts'
import {hideBefore, hideSmallCells, noChanges, type WithoutSmallCells} from '../../stats/public/small-cells.ts'
import {describeSince} from '../../stats/write/shown.ts'
import type {Cell} from '../../stats/write/table.ts'
import {tableOf} from '../../stats/write/tables.ts'
import type {Figure} from '../figures/figure.ts'
import {figures} from '../figures/figures.ts'
import {keptColumns} from '../parts/brief-table.ts'
import {caveatsOf, definitions, methodOf} from '../parts/caveats.ts'
import {describeFigure} from '../parts/figure-section.ts'
import {type About, describeSoftware} from './about.ts'
import type {Citation} from './citation.ts'
import {citeReport, citeSoftware} from './cite.ts'
import {tellFew, tellUse, writeTime} from './sentences.ts'
import {listYears, type YearAnswers, type Years} from './years.ts'

export interface ReportInput {
  readonly stats: Stats
  /** Null if the range is no reporting year. */
  readonly years: YearAnswers | null
  /** Null if it is not known here. */
  readonly project: ProjectFile | null
  readonly citation: Citation | null
  /** The command that makes `report.json` again. */
  readonly command: string
  /** When the report is made; Unix milliseconds. It decides which times are over and is not in the document. */
  readonly nowMs: number
}

/** A report as JSON: keys are added, never renamed. It does not say when it was made, so equal answers are equal bytes. */
export interface ReportDocument {
  readonly format: 'usage-report/1'
  readonly project: string
  readonly about: About
  /** First and last day, both included, UTC. */
  readonly from: string
  readonly to: string
  readonly by: Stats['by']
  /** The name of the reporting year; null if the range is none. */
  readonly year: string | null
  /** False for a range in progress. */
  readonly complete: boolean
  readonly filters: StatsFilters
  /** The first day of data of the project. */
  readonly since: string | null
  /** Whether fewer than five users are known: then there are neither years nor figures. */
  readonly fewUsers: boolean
  readonly sentences: readonly string[]
  readonly years: Years | null
  readonly figures: readonly ReportFigure[]
  readonly method: readonly string[]
  readonly definitions: readonly {readonly word: string; readonly meaning: string}[]
  readonly limits: readonly string[]
  /** How to cite the software; null without authors. */
  readonly citation: string | null
  readonly command: string
}

/** One answer: its rows have the columns of `docs/stats.md`. */
export interface ReportFigure {
  readonly key: string
  readonly title: string
  readonly sentence: string
  readonly rows: readonly Readonly<Record<string, Cell>>[]
}

/** A report, and what its pages are drawn from. */
export interface Report {
  readonly document: ReportDocument
  /** The answers without small cells; null if fewer than five users are known. */
  readonly stats: Stats | null
  readonly figures: readonly Figure[]
  /** The filters in words; empty without filters. */
  readonly filters: string
  /** How to cite the report, without its hash. */
  readonly reference: string
  readonly nowMs: number
}

/** Makes a report. Pure. */
export function makeReport({stats, years: asked, project, citation, command, nowMs}: ReportInput): Report {
  const about = describeSoftware(stats.project, project, citation)
  const found = hideSmallCells(stats)
  const years = found === null || asked === null ? null : listYears(stats, asked, nowMs)
  const shown = found === null ? null : {...found.stats, trend: safeTrend(found.stats, years)}
  const drawn = shown === null ? [] : figuresOf(shown)
  const filters = describeFilters(stats.filters)
  const told = {name: about.name, stats: shown ?? stats, years, filters}
  const document: ReportDocument = {
    format: 'usage-report/1',
    project: stats.project,
    about,
    from: stats.from,
    to: stats.to,
    by: stats.by,
    year: stats.year,
    complete: stats.trend.complete,
    filters: stats.filters,
    since: stats.since,
    fewUsers: shown === null,
    sentences: shown === null ? tellFew(told) : tellUse(told),
    years,
    figures: shown === null ? [] : drawn.map(figure => numbersOf(figure, shown)),
    method: [...methodOf(stats), `${describeHidden(found)} ${describeSince(stats)}`],
    definitions: definitions.map(([word, meaning]) => ({word, meaning})),
    limits: caveatsOf(shown ?? withoutPeople(stats)),
    citation: citeSoftware(about),
    command,
  }
  const reference = citeReport(about, writeTime(stats), new Date(nowMs).toISOString().slice(0, 4))
  return {document, stats: shown, figures: drawn, filters, reference, nowMs}
}

const figuresOf = (stats: Stats): Figure[] =>
  figures.filter(({row}) => row.report !== undefined && (tableOf(row, stats).rows?.length ?? 0) > 0)

/** The limits of the numbers in a report without numbers: nothing of them is about the few. */
const withoutPeople = (stats: Stats): Stats => ({
  ...stats,
  users: {...stats.users, runsWithUser: null, runsWithoutUser: 0},
  uncertainUsers: [],
  agents: [],
})

/**
 * The earlier times with which a reporting year may be compared. The time before a year in progress cuts a year of the
 * table, and so does the same part of the year before: a difference could be about few people.
 */
function safeTrend({year, trend}: Stats, years: Years | null): Trend {
  if (year === null) return trend
  const {runsChange, usersChange, ...yearBefore} = trend.yearBefore
  const last = years?.rows.at(-1)
  const isSafe = trend.complete || last?.compared.reason === null
  return {
    ...trend,
    previous: hideBefore(trend.previous),
    ...noChanges,
    yearBefore: isSafe ? {...yearBefore, runsChange, usersChange} : {...hideBefore(yearBefore), ...noChanges},
  }
}

function numbersOf(figure: Figure, stats: Stats): ReportFigure {
  const {columns, rows, section, title} = keptColumns(tableOf(figure.row, stats))
  return {
    key: section,
    title,
    sentence: describeFigure(figure, stats),
    rows: (rows ?? []).map(row => Object.fromEntries(row.map((cell, place) => [columns[place]!, cell]))),
  }
}

/** The filters in words, such as `version 2.0, CI none`. */
function describeFilters({internal, ...filters}: StatsFilters): string {
  const names: Readonly<Record<string, string>> = {appVersion: 'version', ci: 'CI', featureType: 'feature type'}
  const set = Object.entries(filters).flatMap(([name, value]) =>
    value === null ? [] : [`${names[name] ?? name} ${value}`],
  )
  if (internal !== null) set.push(internal ? 'internal use of features' : 'direct use of features')
  return set.join(', ')
}

function describeHidden(found: WithoutSmallCells | null): string {
  const rule = `Groups of fewer than ${minUsers} users are left out. If all of them together have fewer, so is the next smallest group, because a total could reveal the others. Runs that do not say who started them are shown if there are at least ${minUnknownUses} of them on at least ${minUnknownDays} days.`
  if (found === null) return rule
  const {hiddenPeriods, hiddenRows} = found
  const periods = hiddenPeriods.length === 0 ? '' : ` Periods left out: ${hiddenPeriods.join(', ')}.`
  const rows = hiddenRows === 0 ? '' : ` Rows left out of other tables: ${hiddenRows}.`
  return `${rule}${periods}${rows}`
}
