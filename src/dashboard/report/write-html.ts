import {escapeHtml} from '../../stats/write/html.ts'
import type {Table} from '../../stats/write/table.ts'
import {filePolicy} from '../pages/answers-page.ts'
import {writeFigure} from '../parts/figure-section.ts'
import {framePage} from '../parts/frame-page.ts'
import {writeTiles} from '../parts/tiles.ts'
import {type Fact, factsOf} from './about.ts'
import {writeJsonLd} from './json-ld.ts'
import {closingOf, leadOf} from './parts.ts'
import type {Report} from './report.ts'
import {describeYears} from './sentences.ts'
import {hashReport} from './write-json.ts'
import {yearsTable} from './years-table.ts'

/** Writes a report as one HTML file that loads and runs nothing. Ends with a line break. Pure. */
export function writeHtmlReport(report: Report): string {
  const {document, stats} = report
  const {about, sentences, years} = document
  const title = escapeHtml(`Usage of ${about.name}`)
  const first = [
    writeFacts(factsOf(about)),
    prose('In short', sentences.map(paragraph).join('\n'), 'short'),
    stats === null ? '' : writeTiles(stats),
    years === null
      ? ''
      : prose(
          'Reporting years',
          writeRows(yearsTable(years)) + describeYears(years).map(paragraph).join('\n'),
          'years',
        ),
  ]
  const figures = stats === null ? [] : report.figures.map(figure => writeFigure(figure, stats, null))
  const closing = closingOf(report, hashReport(document)).map(({heading, paragraphs, items, terms, commands}) =>
    prose(
      heading,
      [
        ...paragraphs.map(paragraph),
        ...(items.length === 0 ? [] : [`<ul>${items.map(item => `<li>${escapeHtml(item)}</li>`).join('\n')}</ul>`]),
        ...(terms.length === 0
          ? []
          : [
              `<dl class="facts">${terms.map(({word, meaning}) => `<dt>${escapeHtml(word)}</dt><dd>${escapeHtml(meaning)}</dd>`).join('\n')}</dl>`,
            ]),
        ...(commands.length === 0 ? [] : [`<pre><code>${commands.map(escapeHtml).join('\n')}</code></pre>`]),
      ].join('\n'),
    ),
  )
  return framePage({
    policy: filePolicy,
    title: `Usage of ${about.name}`,
    header: `<h1><bdi>${title}</bdi></h1>\n<p class="lead">${escapeHtml(leadOf(report))}</p>\n`,
    main: `<div class="report">\n${[...first, ...figures, ...closing].join('')}</div>\n`,
    data: writeJsonLd(document),
  })
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`

const prose = (heading: string, content: string, name = 'prose'): string =>
  `<section class="${name}"><h2>${escapeHtml(heading)}</h2>\n${content}</section>\n`

/** The facts as a list of terms; addresses are links. */
function writeFacts(facts: readonly Fact[]): string {
  const items = facts.map(
    ([name, texts]) =>
      `<dt>${escapeHtml(name)}</dt>${texts.map(text => `<dd><bdi>${writeLinked(text)}</bdi></dd>`).join('')}`,
  )
  return items.length === 0 ? '' : `<dl class="facts">${items.join('\n')}</dl>\n`
}

/** A text in which each web address is a link. */
const writeLinked = (text: string): string =>
  text
    .split(/(https?:\/\/[^\s,;<>"'`]+)/)
    .map((part, index) =>
      index % 2 === 1 ? `<a href="${escapeHtml(part)}">${escapeHtml(part)}</a>` : escapeHtml(part),
    )
    .join('')

function writeRows({columns, rows}: Table): string {
  const number = (place: number): string => (place === 0 ? '' : ' class="number"')
  const head = columns.map((column, place) => `<th scope="col"${number(place)}>${escapeHtml(column)}</th>`)
  const body = (rows ?? []).map(row => {
    const cells = row.map((cell, place) =>
      place === 0
        ? `<th scope="row">${escapeHtml(String(cell))}</th>`
        : `<td class="number">${escapeHtml(String(cell))}</td>`,
    )
    return `<tr>${cells.join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="Reporting years"><table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>\n`
}
