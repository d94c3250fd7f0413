import {toPlainText} from '../../protocol/values/plain-text.ts'
import {escapeMarkdown, writeTable} from '../../stats/write/markdown.ts'
import {tableOf} from '../../stats/write/tables.ts'
import {briefTable} from '../parts/brief-table.ts'
import {describeFigure} from '../parts/figure-section.ts'
import {factsOf} from './about.ts'
import {closingOf, leadOf} from './parts.ts'
import type {Report} from './report.ts'
import {describeYears} from './sentences.ts'
import {hashReport} from './write-json.ts'
import {yearsTable} from './years-table.ts'

/** Writes a report as Markdown, with tables instead of plots. Ends with a line break. Pure. */
export function writeMarkdownReport(report: Report): string {
  const {document, stats} = report
  const {about, sentences, years} = document
  const facts = factsOf(about).map(([name, texts]) => `- **${name}**: ${texts.map(escapeMarkdown).join('; ')}`)
  const figures =
    stats === null
      ? []
      : report.figures.flatMap(figure => [
          `## ${figure.row.title}`,
          escapeMarkdown(describeFigure(figure, stats)),
          writeTable(briefTable(tableOf(figure.row, stats))),
        ])
  const closing = closingOf(report, hashReport(document)).flatMap(({heading, paragraphs, items, terms, commands}) => [
    `## ${heading}`,
    ...paragraphs.map(escapeMarkdown),
    ...listed(items.map(escapeMarkdown)),
    ...listed(terms.map(({word, meaning}) => `**${escapeMarkdown(word)}**: ${escapeMarkdown(meaning)}`)),
    ...(commands.length === 0 ? [] : [`\`\`\`sh\n${commands.map(toPlainText).join('\n')}\n\`\`\``]),
  ])
  const parts = [
    `# Usage of ${escapeMarkdown(about.name)}`,
    escapeMarkdown(leadOf(report)),
    ...(facts.length === 0 ? [] : [facts.join('\n')]),
    '## In short',
    ...sentences.map(escapeMarkdown),
    ...(years === null
      ? []
      : ['## Reporting years', writeTable(yearsTable(years)), ...describeYears(years).map(escapeMarkdown)]),
    ...figures,
    ...closing,
  ]
  return `${parts.join('\n\n')}\n`
}

const listed = (items: readonly string[]): string[] =>
  items.length === 0 ? [] : [items.map(item => `- ${item}`).join('\n')]
