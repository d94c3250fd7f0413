import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {writeCount, writeCounted, writeInstant} from '../../stats/write/text/write.ts'
import {drawSpark} from '../charts/spark.ts'
import {framePage} from '../parts/frame-page.ts'

/** What the list of projects shows of one. */
export interface StartRow {
  readonly project: ProjectFile
  readonly address: string
  /** Null: there are too many projects to ask for all. `no-answer`: the question failed. */
  readonly figures: StartFigures | 'no-answer' | null
}

export interface StartFigures {
  /** Of the last whole month, as text: `12`, `12 to 24`, `hidden`. */
  readonly users: string
  readonly runs: string
  /** When the last report was received, RFC 3339. Null: unknown. Absent on a public page. */
  readonly lastReport?: string | null
  /** Runs of each of the last whole months, the oldest first. Null: hidden. */
  readonly runsByMonth: readonly {readonly month: string; readonly runs: number | null}[]
}

export interface StartPage {
  readonly rows: readonly StartRow[]
  /** The last whole month, `YYYY-MM`. */
  readonly month: string
  readonly footer: string
}

/** Writes the list of projects: users and runs of the last whole month, and the runs of a year as a small line. */
export function writeStartPage({rows, month, footer}: StartPage): string {
  const heads = ['users', 'runs'].map(what => `<th scope="col" class="number">${what} in <time>${month}</time></th>`)
  const isPublic = rows.every(row => figuresOf(row)?.lastReport === undefined)
  const left = rows.filter(({figures}) => figures === null).length
  const more =
    left === 0
      ? ''
      : `<p class="more">The figures of ${writeCounted(left, 'project')} are on the pages of the projects.</p>\n`
  return framePage({
    title: 'Projects',
    header: '<h1>Projects</h1>\n<p class="lead">The projects of this collector</p>\n',
    main: `<div class="scroll projects" tabindex="0" role="region" aria-label="Projects"><table>
<thead><tr><th scope="col">project</th><th scope="col">runs by month</th>${heads.join('')}${isPublic ? '' : '<th scope="col">last report received</th>'}</tr></thead>
<tbody>${rows.map(row => writeRow(row, isPublic)).join('\n')}</tbody></table></div>
${more}`,
    footer,
  })
}

const figuresOf = ({figures}: StartRow): StartFigures | null => (figures === 'no-answer' ? null : figures)

function writeRow(row: StartRow, isPublic: boolean): string {
  const {project, address} = row
  const figures = figuresOf(row)
  const link = `<a href="${escapeHtml(address)}"><bdi>${escapeHtml(displayName(project))}</bdi></a>`
  const numbers = [figures?.users ?? '', figures?.runs ?? ''].map(text => `<td class="number">${escapeHtml(text)}</td>`)
  const line = figures === null ? '' : writeSpark(figures)
  const spark = `<td>${row.figures === 'no-answer' ? 'no answer' : line}</td>`
  const last = figures?.lastReport == null ? '' : writeInstant(figures.lastReport)
  return `<tr><th scope="row">${link}</th>${spark}${numbers.join('')}${isPublic ? '' : `<td>${last}</td>`}</tr>`
}

function writeSpark({runsByMonth}: StartFigures): string {
  const counts = runsByMonth.map(({month, runs}) => `${month} ${runs === null ? 'hidden' : writeCount(runs)}`)
  return drawSpark(
    runsByMonth.map(({runs}) => runs),
    `Runs by month: ${counts.join(', ')}`,
  )
}
