import type {Stats} from '../../stats/model/model.ts'
import {minUsers} from '../../stats/public/public.ts'
import {hideSmallCells, type WithoutSmallCells} from '../../stats/public/small-cells.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {escapeMarkdown, writeTable} from '../../stats/write/markdown.ts'
import {tablesOf} from '../../stats/write/tables.ts'
import {
  adoptionFigure,
  applicationsFigure,
  ciFigure,
  featuresFigure,
  schedulersFigure,
  systemsFigure,
  versionsFigure,
} from '../figures/breakdowns.ts'
import type {Figure} from '../figures/figure.ts'
import {durationFigure, outcomesFigure, successFigure} from '../figures/runs.ts'
import {hostsFigure, runsFigure, usersFigure} from '../figures/use.ts'
import {writeRange} from '../figures/words.ts'
import {briefTable} from '../parts/brief-table.ts'
import {caveats, definitions, method} from '../parts/caveats.ts'
import {sayAll, writeFigure} from '../parts/figure-section.ts'
import {framePage} from '../parts/frame-page.ts'
import {writeTiles} from '../parts/tiles.ts'
import {filePolicy} from './answers-page.ts'

export interface ReportOptions {
  /** What people call the project; its id if not said. */
  readonly title?: string | undefined
  /** Unix milliseconds: when it is written. */
  readonly nowMs: number
}

/** The figures of a report, in their order. */
const figures: readonly Figure[] = [
  ...[usersFigure, runsFigure, hostsFigure, outcomesFigure, successFigure, durationFigure],
  ...[featuresFigure, adoptionFigure, versionsFigure, systemsFigure, schedulersFigure, applicationsFigure, ciFigure],
]

/**
 * Writes a report to hand on as one file of HTML that loads and runs nothing: what was counted and how, the figures with
 * their plots, what the words mean, and what the numbers do not say. Nothing in it is about fewer than five users.
 */
export function writeHtmlReport(stats: Stats, {title = stats.project, nowMs}: ReportOptions): string {
  const found = hideSmallCells(stats)
  const paragraphs = (sentences: readonly string[]): string =>
    sentences.map(sentence => `<p>${escapeHtml(sentence)}</p>`).join('\n')
  const body =
    found === null
      ? `<div class="empty"><p>${tooFew}</p></div>\n`
      : writeTiles(found.stats) +
        shownFigures(found.stats)
          .map(figure => writeFigure(figure, found.stats, null))
          .join('')
  const words = definitions.map(([word, meaning]) => `<dt>${word}</dt><dd>${escapeHtml(meaning)}</dd>`)
  return framePage({
    policy: filePolicy,
    title: `The use of ${title}`,
    header: `<h1>The use of <bdi>${escapeHtml(title)}</bdi></h1>\n<p class="lead">${escapeHtml(describe(stats))}</p>\n`,
    main: `${body}<section class="prose"><h2>How it was counted</h2>\n${paragraphs([...method, ...describeHidden(found)])}</section>
<section class="prose"><h2>What the words mean</h2>\n<dl>${words.join('\n')}</dl></section>
<section class="prose"><h2>What the numbers do not say</h2>\n<ul>${caveats.map(sentence => `<li>${escapeHtml(sentence)}</li>`).join('\n')}</ul></section>\n`,
    footer: escapeHtml(writtenAt(nowMs)),
  })
}

/** Writes the same report as Markdown, with tables in the place of plots. */
export function writeMarkdownReport(stats: Stats, {title = stats.project, nowMs}: ReportOptions): string {
  const found = hideSmallCells(stats)
  const parts = [
    `# The use of ${escapeMarkdown(title)}`,
    escapeMarkdown(describe(stats)),
    ...(found === null ? [tooFew] : shownFigures(found.stats).map(figure => writeMarkdownFigure(figure, found.stats))),
    '## How it was counted',
    ...[...method, ...describeHidden(found)].map(escapeMarkdown),
    '## What the words mean',
    definitions.map(([word, meaning]) => `- **${word}**: ${escapeMarkdown(meaning)}`).join('\n'),
    '## What the numbers do not say',
    caveats.map(sentence => `- ${escapeMarkdown(sentence)}`).join('\n'),
    escapeMarkdown(writtenAt(nowMs)),
  ]
  return `${parts.join('\n\n')}\n`
}

const shownFigures = (stats: Stats): Figure[] => {
  const tables = new Map(tablesOf(stats).map(table => [table.section, table.rows]))
  return figures.filter(({section}) => (tables.get(section)?.length ?? 0) > 0)
}

function writeMarkdownFigure(figure: Figure, stats: Stats): string {
  const table = tablesOf(stats).find(one => one.section === figure.section)!
  const sentence = escapeMarkdown(sayAll(figure, stats, table))
  return `## ${figure.title}\n\n${sentence}\n\n${writeTable(briefTable(table))}`
}

const tooFew = `Fewer than ${minUsers} users were seen, so there are no figures that could be handed on.`

/** The range and the filters of a report. */
function describe(stats: Stats): string {
  const {internal, ...filters} = stats.filters
  const names: Readonly<Record<string, string>> = {appVersion: 'version', ci: 'CI', featureType: 'type of feature'}
  const set = Object.entries(filters).flatMap(([name, value]) =>
    value === null ? [] : [`${names[name] ?? name} ${value}`],
  )
  if (internal !== null) set.push(internal ? 'internal use of features' : 'direct use of features')
  const range = writeRange(stats)
  const limits = set.length === 0 ? '' : ` Limited to: ${set.join(', ')}.`
  return `${range[0]!.toUpperCase()}${range.slice(1)}, by ${stats.by}${stats.trend.complete ? '' : '; the range is not over'}.${limits}`
}

function describeHidden(found: WithoutSmallCells | null): string[] {
  const rule = `What is about fewer than ${minUsers} users is left out, and with it the next smallest, so that nothing follows from a sum.`
  if (found === null) return [rule]
  const {hiddenPeriods, hiddenRows} = found
  const periods = hiddenPeriods.length === 0 ? '' : ` Left out of the tables over time: ${hiddenPeriods.join(', ')}.`
  const rows = hiddenRows === 0 ? '' : ` Left out of the other tables: ${hiddenRows} rows.`
  return [`${rule}${periods}${rows}`]
}

const writtenAt = (nowMs: number): string => `Written on ${new Date(nowMs).toISOString().slice(0, 10)} by usage stats.`
