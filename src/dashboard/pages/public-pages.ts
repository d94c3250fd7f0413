import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import type {Breakdown} from '../../stats/model/answer-row.ts'
import {shownName} from '../../stats/model/breakdowns.ts'
import {formatDay, startOfNextPeriod} from '../../stats/model/period.ts'
import {minUsers} from '../../stats/public/cells.ts'
import {
  type PublicPeriod,
  type PublicRows,
  type PublicStats,
  type PublicUsers,
  publicBreakdowns,
} from '../../stats/public/public.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {writeCount, writeSeconds, writeShare} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/area.ts'
import {columnsOf} from '../figures/figure.ts'
import {drawRows, type Row} from '../figures/rows.ts'
import {writeSignIn} from '../parts/address.ts'
import {framePage} from '../parts/frame-page.ts'
import {writeHeading} from './project-pages.ts'

/** The public answers of a page: several months, and the month whose tables are shown. */
export interface PublicPage {
  readonly project: ProjectFile
  readonly months: PublicStats
  readonly month: PublicStats
  readonly links: PublicLinks
  /** The months that have a page, `YYYY-MM`. Default: those of `months`. */
  readonly listed?: readonly string[]
  /** The content security policy, for a file that no server sends. */
  readonly policy?: string
}

/** Where the links of a public page lead. */
export interface PublicLinks {
  /** The list of projects. Null if there is none to see. */
  readonly home: string | null
  readonly overview: string
  readonly collected: string
  readonly json: string
  readonly month: (period: string) => string
  /** Where a reader with a token sees more. Null or absent: nowhere. */
  readonly signIn?: string | null
}

/** Writes what everybody may see of a project: whole months without groups of few users. */
export function writePublicPage({project, months, month, links, listed, policy}: PublicPage): string {
  const period = month.periods[0]?.period ?? null
  const lead = `Public figures by month. Groups of fewer than ${minUsers} users are hidden.`
  const pages = `<nav aria-label="Pages"><ul><li><a href="${escapeHtml(links.overview)}" aria-current="page">Overview</a></li><li><a href="${escapeHtml(links.collected)}">What is collected</a></li></ul></nav>\n`
  const signIn = links.signIn == null ? '' : `<span class="sign-in"> · ${writeSignIn(links.signIn)}</span>`
  const visible = months.periods.filter(({hidden}) => !hidden)
  const main =
    visible.length === 0
      ? `<div class="empty"><p><strong>No data yet.</strong> A month appears when it is over and at least ${minUsers} people used the software in it.</p></div>\n`
      : [
          countSection(project, months, 'users', 'Users', 'blue'),
          countSection(project, months, 'runs', 'Runs', 'purple'),
          writeMonths(months.periods),
          writeMonthLinks(links, listed ?? months.periods.map(one => one.period), period),
          ...writeTables(month, period),
        ].join('')
  return framePage({
    title: `${displayName(project)}: public figures`,
    header: writeHeading(project, lead, links.home) + pages,
    main,
    footer: `People who opted out are not counted. Rows of fewer than ${minUsers} users are hidden, if necessary with the next smallest row. <a href="${escapeHtml(links.json)}">JSON</a>${signIn}`,
    ...(policy !== undefined && {policy}),
  })
}

function countSection(
  {milestones = []}: ProjectFile,
  {periods}: PublicStats,
  key: 'users' | 'runs',
  title: string,
  tone: Tone,
): string {
  const countOf = (one: PublicPeriod): number | null => (key === 'users' ? one.usersLow : one.runs)
  const last = periods.findLast(one => countOf(one) !== null)
  if (last === undefined) return ''
  const chart = columnsOf({
    label: `${title} by month`,
    by: 'month',
    periods: periods.map(({period}) => ({label: period, complete: true, ...daysOfMonth(period)})),
    marks: milestones.map(({date, label}) => ({day: date, label})),
    series: [{name: title, tone, values: periods.map(one => countOf(one) ?? 0)}],
    write: writeCount,
  })
  const count = key === 'users' ? writePublicUsers(last) : writeCount(last.runs ?? 0)
  const sentence = `${count} ${title.toLowerCase()} in ${last.period}, the latest month shown.`
  return `<section aria-labelledby="${key}-title"><h2 id="${key}-title">${title}</h2><p>${sentence}</p>${chart}</section>\n`
}

/** The first and the last day of a month, `YYYY-MM`. */
function daysOfMonth(month: string): {readonly from: string; readonly to: string} {
  const fromMs = Date.parse(`${month}-01`)
  return {from: formatDay(fromMs), to: formatDay(startOfNextPeriod(fromMs, 'month') - 1)}
}

/** `12`, `at least 12`, `unknown`. */
export const writePublicUsers = ({users, usersLow}: PublicUsers): string =>
  usersLow === null ? 'unknown' : users === null ? `at least ${writeCount(usersLow)}` : writeCount(users)

function writeMonths(periods: readonly PublicPeriod[]): string {
  const cell = (text: string | null): string => `<td class="number">${text ?? 'hidden'}</td>`
  const rows = periods.toReversed().map(({period, hidden, hosts, runs, successRate, duration, ...people}) => {
    const cells = [
      hidden ? null : writePublicUsers(people),
      hosts === null ? null : writeCount(hosts),
      runs === null ? null : writeCount(runs),
      successRate === null ? null : successRate.value === null ? '' : writeShare(successRate.value),
      duration === null ? null : duration.p50Seconds === null ? '' : writeSeconds(duration.p50Seconds),
    ]
    return `<tr><th scope="row">${period}</th>${cells.map(cell).join('')}</tr>`
  })
  const heads = ['users', 'computers', 'runs', 'success rate', 'median duration']
  return `<section aria-labelledby="months-title"><h2 id="months-title">Month by month</h2>
<div class="scroll months" tabindex="0" role="region" aria-label="Months"><table><thead><tr><th scope="col">month</th>${heads.map(head => `<th scope="col" class="number">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>\n`
}

function writeMonthLinks(links: PublicLinks, periods: readonly string[], current: string | null): string {
  const items = periods.map(period => {
    const address = escapeHtml(links.month(period))
    return `<li><a href="${address}"${period === current ? ' aria-current="true"' : ''}>${period}</a></li>`
  })
  return `<section class="choice" aria-labelledby="month-title"><h2 id="month-title">One month in detail</h2><ul class="chips">${items.join('')}</ul></section>\n`
}

/** The hidden rows as one. Months that were published before rows were folded have no sum. */
function otherRow(table: PublicRows<unknown> & {readonly hiddenRuns?: number | null}): Row[] {
  if (table.hiddenRuns == null) return []
  return [{name: `other (${table.hidden})`, counts: ['', writeCount(table.hiddenRuns)], bar: []}]
}

function writeTables(month: PublicStats, period: string | null): string[] {
  const tables = [
    ...publicBreakdowns.map(({key, title, breakdown}) => ({
      key,
      title,
      table: month[key],
      breakdown: breakdown as Pick<Breakdown, 'noun' | 'unknown' | 'shown'>,
    })),
    {key: 'features', title: 'Features', table: month.features, breakdown: {noun: 'feature', unknown: 'unknown'}},
  ]
  return tables.map(({key, title, table, breakdown}) => {
    // A table of one row without a name would only repeat the month.
    if (table === null || table.rows.every(({name}) => name === null)) return ''
    const most = Math.max(1, ...table.rows.map(({usersLow}) => usersLow ?? 0))
    const shown = table.rows.map(
      ({name, runs, ...people}): Row => ({
        name: shownName(breakdown, name),
        counts: [writePublicUsers(people), writeCount(runs)],
        bar: [{tone: 'teal', share: (people.usersLow ?? 0) / most}],
      }),
    )
    const rows = drawRows({head: [breakdown.noun, 'users', 'runs'], rows: [...shown, ...otherRow(table)]})
    const hidden = table.hidden === 0 ? '' : ` ${writeCount(table.hidden)} more are hidden.`
    return `<section aria-labelledby="${key}-title"><h2 id="${key}-title">${title} in ${period ?? ''}</h2><p>By users.${hidden}</p>${rows}</section>\n`
  })
}
