import type {Stats} from '../../stats/model/model.ts'
import {minUnknownDays, minUnknownUses, minUsers} from '../../stats/public/cells.ts'
import {hideSmallCells, type WithoutSmallCells} from '../../stats/public/small-cells.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {escapeMarkdown, writeTable} from '../../stats/write/markdown.ts'
import {describeSince} from '../../stats/write/shown.ts'
import {tableOf} from '../../stats/write/tables.ts'
import type {Figure} from '../figures/figure.ts'
import {figures} from '../figures/figures.ts'
import {writeRange} from '../figures/words.ts'
import {briefTable} from '../parts/brief-table.ts'
import {caveatsOf, definitions, methodOf} from '../parts/caveats.ts'
import {describeFigure, writeFigure} from '../parts/figure-section.ts'
import {framePage} from '../parts/frame-page.ts'
import {writeTiles} from '../parts/tiles.ts'
import {filePolicy} from './answers-page.ts'

export interface ReportOptions {
  /** The name of the project for people; default: its id. */
  readonly title?: string | undefined
  /** When the report is written; Unix milliseconds. */
  readonly nowMs: number
}

/**
 * Writes a report to share as one HTML file that loads and runs nothing: the figures with their plots, the method, the
 * definitions and the limits of the numbers. Groups of fewer than five users are left out.
 */
export function writeHtmlReport(stats: Stats, {title = stats.project, nowMs}: ReportOptions): string {
  const found = hideSmallCells(stats)
  const paragraphs = (sentences: readonly string[]): string =>
    sentences.map(sentence => `<p>${escapeHtml(sentence)}</p>`).join('\n')
  const body =
    found === null
      ? `<div class="empty"><p>${tooFew}</p></div>\n`
      : writeTiles(found.stats) +
        reportFigures(found.stats)
          .map(figure => writeFigure(figure, found.stats, null))
          .join('')
  const words = definitions.map(([word, meaning]) => `<dt>${word}</dt><dd>${escapeHtml(meaning)}</dd>`)
  return framePage({
    policy: filePolicy,
    title: `Usage of ${title}`,
    header: `<h1>Usage of <bdi>${escapeHtml(title)}</bdi></h1>\n<p class="lead">${escapeHtml(describe(stats))}</p>\n`,
    main: `${body}<section class="prose"><h2>Method</h2>\n${paragraphs([...methodOf(stats), ...describeHidden(found)])}</section>
<section class="prose"><h2>Definitions</h2>\n<dl>${words.join('\n')}</dl></section>
<section class="prose"><h2>Limits of the numbers</h2>\n<ul>${caveatsOf(stats)
      .map(sentence => `<li>${escapeHtml(sentence)}</li>`)
      .join('\n')}</ul></section>\n`,
    footer: escapeHtml(writtenAt(nowMs)),
  })
}

/** Writes the same report as Markdown, with tables instead of plots. */
export function writeMarkdownReport(stats: Stats, {title = stats.project, nowMs}: ReportOptions): string {
  const found = hideSmallCells(stats)
  const parts = [
    `# Usage of ${escapeMarkdown(title)}`,
    escapeMarkdown(describe(stats)),
    ...(found === null ? [tooFew] : reportFigures(found.stats).map(figure => writeMarkdownFigure(figure, found.stats))),
    '## Method',
    ...[...methodOf(stats), ...describeHidden(found)].map(escapeMarkdown),
    '## Definitions',
    definitions.map(([word, meaning]) => `- **${word}**: ${escapeMarkdown(meaning)}`).join('\n'),
    '## Limits of the numbers',
    caveatsOf(stats)
      .map(sentence => `- ${escapeMarkdown(sentence)}`)
      .join('\n'),
    escapeMarkdown(writtenAt(nowMs)),
  ]
  return `${parts.join('\n\n')}\n`
}

const reportFigures = (stats: Stats): Figure[] =>
  figures.filter(({row}) => row.report !== undefined && (tableOf(row, stats).rows?.length ?? 0) > 0)

function writeMarkdownFigure(figure: Figure, stats: Stats): string {
  const {title} = figure.row
  const sentence = escapeMarkdown(describeFigure(figure, stats))
  return `## ${title}\n\n${sentence}\n\n${writeTable(briefTable(tableOf(figure.row, stats)))}`
}

const tooFew = `Fewer than ${minUsers} users are known, so this report contains no figures.`

/** The range and the filters of a report. */
function describe(stats: Stats): string {
  const {internal, ...filters} = stats.filters
  const names: Readonly<Record<string, string>> = {appVersion: 'version', ci: 'CI', featureType: 'feature type'}
  const set = Object.entries(filters).flatMap(([name, value]) =>
    value === null ? [] : [`${names[name] ?? name} ${value}`],
  )
  if (internal !== null) set.push(internal ? 'internal use of features' : 'direct use of features')
  const range = writeRange(stats)
  const limits = set.length === 0 ? '' : ` Filters: ${set.join(', ')}.`
  return `${range[0]!.toUpperCase()}${range.slice(1)}, by ${stats.by}${stats.trend.complete ? '' : ' (in progress)'}.${limits} ${describeSince(stats)}`.trimEnd()
}

function describeHidden(found: WithoutSmallCells | null): string[] {
  const rule = `Groups of fewer than ${minUsers} users are left out. The next smallest group is left out too, because a total could reveal the others. Runs that do not say who started them are shown if there are at least ${minUnknownUses} of them on at least ${minUnknownDays} days.`
  if (found === null) return [rule]
  const {hiddenPeriods, hiddenRows} = found
  const periods = hiddenPeriods.length === 0 ? '' : ` Periods left out: ${hiddenPeriods.join(', ')}.`
  const rows = hiddenRows === 0 ? '' : ` Rows left out of other tables: ${hiddenRows}.`
  return [`${rule}${periods}${rows}`]
}

const writtenAt = (nowMs: number): string => `Written on ${new Date(nowMs).toISOString().slice(0, 10)} by usage stats.`
