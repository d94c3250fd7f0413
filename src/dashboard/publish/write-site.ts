import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import type {PublicStats} from '../../stats/public/public.ts'
import {writeCsv} from '../../stats/write/csv.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import type {Cell, Table} from '../../stats/write/table.ts'
import {filePolicy} from '../pages/answers-page.ts'
import {type NoticeSection, writeNotice} from '../pages/collected-page.ts'
import {writeHeading} from '../pages/project-pages.ts'
import {type PublicLinks, writePublicPage} from '../pages/public-pages.ts'
import {drawBadge} from '../parts/badge.ts'
import {framePage} from '../parts/frame-page.ts'
import {type Fixed, formatVersion} from './fixed.ts'
import {publishedBadges, writeEndpoint} from './published-badges.ts'

/** Months of the charts and the table of the overview. */
const shownMonths = 12

/** A project with its published figures and its notice. */
export interface PublishedProject {
  readonly project: ProjectFile
  readonly fixed: Fixed
  readonly notice: readonly NoticeSection[]
}

/** A file of the site: its place below the folder, with `/`, and its content. */
export type SiteFile = readonly [place: string, content: string]

/**
 * Writes all files that are made from the fixed figures. Links are relative and name files, so that the site works under
 * any path, and opened from a disk. Pure.
 */
export function writeSite(projects: readonly PublishedProject[]): SiteFile[] {
  const list = projects.map(({project}) => ({
    project: project.project,
    name: displayName(project),
    summary: `${project.project}/v${formatVersion}/summary.json`,
  }))
  return [
    ['index.html', writeStart(projects)],
    [`v${formatVersion}/projects.json`, toJson({version: formatVersion, projects: list})],
    ...projects.flatMap(writeProject),
  ]
}

function writeProject(published: PublishedProject): SiteFile[] {
  const {project, fixed} = published
  const root = project.project
  const badges = publishedBadges(fixed, project.identity.yearBegins)
  return [
    [`${root}/index.html`, writeMonthPage(published, fixed.months.length - 1, '')],
    [`${root}/collected.html`, writeCollected(published)],
    ...fixed.months.map(
      ({month}, index): SiteFile => [`${root}/months/${month}.html`, writeMonthPage(published, index, '../')],
    ),
    [`${root}/v${formatVersion}/summary.json`, writeSummary(published)],
    [`${root}/v${formatVersion}/months.csv`, writeCsv(tableOfMonths(fixed))],
    ...badges.flatMap((badge): SiteFile[] => [
      [`${root}/v${formatVersion}/badges/${badge.name}.json`, writeEndpoint(badge)],
      [`${root}/badges/${badge.name}.svg`, drawBadge(badge.label, badge.value)],
    ]),
  ]
}

const toJson = (content: object): string => `${JSON.stringify(content, null, 2)}\n`

/** The page of a month, with the months before it. `up` leads to the folder of the project. */
function writeMonthPage({project, fixed: {months}}: PublishedProject, index: number, up: string): string {
  const month = months[index]?.figures ?? noFigures(project)
  const periods = months.slice(Math.max(0, index + 1 - shownMonths), index + 1).flatMap(one => one.figures.periods)
  const links: PublicLinks = {
    home: `${up}../index.html`,
    overview: `${up}index.html`,
    collected: `${up}collected.html`,
    json: `${up}v${formatVersion}/${months[index] === undefined ? 'summary' : `months/${months[index].month}`}.json`,
    month: period => `${up}months/${period}.html`,
  }
  const all = months.map(one => one.month)
  return writePublicPage({project, months: {...month, periods}, month, links, listed: all, policy: filePolicy})
}

const noFigures = ({project}: ProjectFile): PublicStats =>
  ({project, periods: [], features: null}) as unknown as PublicStats

function writeCollected({project, notice}: PublishedProject): string {
  const links = '<nav aria-label="Pages"><ul><li><a href="index.html">Figures</a></li></ul></nav>\n'
  return framePage({
    policy: filePolicy,
    title: `${displayName(project)}: what is collected`,
    header: writeHeading(project, 'What is collected, why, and how to stop it', '../index.html') + links,
    main: writeNotice(notice),
  })
}

/** The start page: each project with the figures of its badges. */
function writeStart(projects: readonly PublishedProject[]): string {
  const rows = projects.map(({project, fixed}) => {
    const values = publishedBadges(fixed, project.identity.yearBegins).map(
      ({value}) => `<td class="number">${escapeHtml(value)}</td>`,
    )
    const link = `<a href="${project.project}/index.html"><bdi>${escapeHtml(displayName(project))}</bdi></a>`
    return `<tr><th scope="row">${link}</th>${values.join('')}</tr>`
  })
  const heads = publishedBadges({months: [], years: []}).map(
    ({label}) => `<th scope="col" class="number">${label}</th>`,
  )
  return framePage({
    policy: filePolicy,
    title: 'Public figures',
    header: '<h1>Public figures</h1>\n<p class="lead">How often research software is used, by month</p>\n',
    main: `<div class="scroll" tabindex="0" role="region" aria-label="Projects"><table><thead><tr><th scope="col">project</th>${heads.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>\n`,
    footer: `People who opted out are not counted. <a href="v${formatVersion}/projects.json">JSON</a>`,
  })
}

/** What a program needs of a project: all months and years, and where the rest is. */
function writeSummary({project, fixed: {months, years}}: PublishedProject): string {
  return toJson({
    version: formatVersion,
    project: project.project,
    name: displayName(project),
    contact: project.contact,
    months: months.map(({month, publishedAt, figures}) => ({
      month,
      publishedAt,
      details: `months/${month}.json`,
      ...figures.periods[0],
    })),
    years: years.map(({version: _, project: __, ...year}) => year),
  })
}

/** One row for each month: one type for each column, empty if hidden. */
function tableOfMonths({months}: Fixed): Table {
  const outcomes = ['ok', 'failed', 'signal', 'lost', 'running', 'unknown'] as const
  const rows = months.map(({month, figures: {periods}}): Cell[] => {
    const [one] = periods
    return [
      month,
      `${month}-01`,
      one?.users ?? null,
      one?.usersLow ?? null,
      one?.hosts ?? null,
      one?.runs ?? null,
      ...outcomes.map(outcome => one?.outcomes?.[outcome] ?? null),
      one?.successRate?.value ?? null,
      one?.duration?.meanSeconds ?? null,
      one?.duration?.p50Seconds ?? null,
    ]
  })
  const people = ['users', 'usersLow', 'hosts', 'runs']
  const columns = ['month', 'firstDay', ...people, ...outcomes, 'successRate', 'meanSeconds', 'p50Seconds']
  return {section: 'months', title: 'Months', columns, rows}
}
