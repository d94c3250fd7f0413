/**
 * Room `pages`: whole pages as HTML.
 *
 * One function for each kind of page: answers (this file), data quality, what is collected, public figures, and the
 * report in one file. A page is a pure function of answers. It decides which figures it shows and in which order.
 * Read next: `figure-pages.ts` for the list of figures, `report.ts`.
 */
import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import {isWhollyCollected} from '../../stats/answer/compare.ts'
import {describeFilterName, type UnknownFilter} from '../../stats/model/filters.ts'
import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {describeSince} from '../../stats/write/shown.ts'
import {writeCounted, writeInstant, writePeople} from '../../stats/write/text/write.ts'
import {writeRange} from '../figures/words.ts'
import {addressTo, homeAddress, type Place, type State} from '../parts/address.ts'
import {type AddressOf, writeFigure} from '../parts/figure-section.ts'
import {type Choices, writeQuestion} from '../parts/filters-form.ts'
import {framePage} from '../parts/frame-page.ts'
import {writeTiles} from '../parts/tiles.ts'
import {figurePages} from './figure-pages.ts'
import {writeQuality} from './quality-page.ts'

const titles: Readonly<Record<string, string>> = {
  ...Object.fromEntries(figurePages.map(({name, title}) => [name, title])),
  quality: 'Data quality',
  collected: 'What is collected',
}

/** Whether a project has a page of answers with this name. */
export const isAnswerPage = (name: string): boolean => name in titles && name !== 'collected'

/** Writes the links to all pages of a project. They keep the range and the filters. */
export function writeNavigation(state: Place, current: string): string {
  const items = Object.entries(titles).map(([name, title]) => {
    const address = escapeHtml(addressTo(state, name))
    return `<li><a href="${address}"${name === current ? ' aria-current="page"' : ''}>${title}</a></li>`
  })
  return `<nav aria-label="Pages"><ul>${items.join('')}</ul></nav>\n`
}

export function writeHeading(project: ProjectFile, lead: string, home: string | null): string {
  const others = home === null ? '' : ` · <a href="${escapeHtml(home)}">all projects</a>`
  return `<h1><bdi>${escapeHtml(displayName(project))}</bdi></h1>\n<p class="lead">${lead}${others}</p>\n`
}

export interface AnswerPage {
  readonly state: State
  readonly name: string
  readonly stats: Stats
  /** The last full reporting year, with the same filters; null if the question has a range. */
  readonly lastYear: Stats | null
  readonly choices: Choices
  readonly nowMs: number
  readonly hasOthers: boolean
}

/** Writes one page of answers. */
export function writeAnswerPage({state, name, stats, lastYear, choices, nowMs, hasOthers}: AnswerPage): string {
  const addressOf: AddressOf = (section, format) => addressTo(state, `answers/${section}.${format}`)
  const lead = `Usage ${writeRange(stats)}${stats.trend.complete ? '' : ' (in progress)'}`
  return framePage({
    title: `${displayName(state.project)}: ${titles[name]!}`,
    header:
      writeHeading(state.project, lead, hasOthers ? homeAddress(state.base) : null) + writeNavigation(state, name),
    main:
      writeLastYear(lastYear, state) +
      writeQuestion(state, name, choices, nowMs) +
      writeContent(name, stats, state, addressOf),
    footer: writeFooter(stats, nowMs),
  })
}

function writeFooter(stats: Stats, nowMs: number): string {
  const {lastReport} = stats.quality
  const last = lastReport === null ? '' : `Last report received at ${writeInstant(lastReport)}. `
  const asOf = `As of ${writeInstant(new Date(nowMs).toISOString())}.`
  return `${asOf} ${last}${describeSince(stats)} People who opted out are not counted.`
}

function writeContent(name: string, stats: Stats, state: State, addressOf: AddressOf): string {
  if (name === 'quality') return writeQuality(stats, addressOf)
  if (isEmpty(stats)) return writeEmpty(state, stats)
  const page = figurePages.find(one => one.name === name)!
  const figures = page.figures.map(figure => writeFigure(figure, stats, addressOf))
  return (name === '' ? writeTiles(stats) : '') + figures.join('')
}

/** Leads with the last full reporting year: people are counted exactly within one. Empty if it was not all collected. */
function writeLastYear(stats: Stats | null, state: State): string {
  if (stats === null || !isWhollyCollected(stats)) return ''
  const {year, users, runs} = stats
  const people = writePeople(users)
  const inRuns = runs === null ? '' : `, in ${writeCounted(runs.total, 'run')}`
  const link = `<a href="${escapeHtml(addressTo(state, '', {year: stats.from.slice(0, 4)}))}">${escapeHtml(year ?? '')}</a>`
  return `<p class="lead">${link}, the last full reporting year: ${escapeHtml(people)} used the software${inRuns}.</p>\n`
}

const isEmpty = ({users, runs, features}: Stats): boolean =>
  users.high === 0 && (runs?.total ?? 0) === 0 && (features ?? []).length === 0

function writeEmpty(state: State, {unknownFilters}: Stats): string {
  const unknown = unknownFilters.map(one => `<p>${writeUnknown(state, one)}</p>`).join('')
  const hint =
    Object.keys(state.written).length === 0
      ? 'New reports appear here within minutes.'
      : `Try <a href="${escapeHtml(addressTo({...state, written: {}}, ''))}">twelve months without a filter</a>.`
  return `<div class="empty"><p><strong>No data.</strong> The collector received no run and no feature for this range and these filters.</p>${unknown}<p>${hint}</p></div>\n`
}

/** Names the values that a filter could have, as links. */
function writeUnknown(state: State, {name, value, known}: UnknownFilter): string {
  const what = describeFilterName(name)
  const parameter = {appVersion: 'app-version', featureType: 'feature-type'}[name as string] ?? name
  const links = known.map(
    one => `<a href="${escapeHtml(addressTo(state, '', {[parameter]: one}))}"><bdi>${escapeHtml(one)}</bdi></a>`,
  )
  const reported = links.length === 0 ? '' : ` Reported: ${links.join(', ')}.`
  return `Nobody reported the ${what} <bdi>${escapeHtml(value)}</bdi>.${reported}`
}
