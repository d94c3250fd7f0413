import {createHash} from 'node:crypto'
import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {describeRange, describeSince} from '../../stats/write/shown.ts'
import {writeFigure} from '../parts/figure-section.ts'
import {framePage} from '../parts/frame-page.ts'
import {style} from '../parts/style.ts'
import {writeTiles} from '../parts/tiles.ts'
import {figurePages} from './figure-pages.ts'
import {writeQuality} from './quality-page.ts'

/** The security policy of a page in a file: it may only use its own style. */
export const filePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** Writes all answers with their charts as one HTML file that loads and runs nothing. Ends with a line break. */
export function writeHtmlAnswers(stats: Stats): string {
  const {filters, unanswered} = stats
  const set = Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))
  const limits = set.length === 0 ? '' : `<p class="lead">Filters: ${escapeHtml(set.join(', '))}</p>\n`
  const missing =
    unanswered.length === 0 ? '' : `<p class="lead">No answer with this filter: ${unanswered.join(', ')}</p>\n`
  const answered = figurePages
    .flatMap(({figures}) => figures)
    .filter(({row}) => !unanswered.includes(row.key))
    .map(figure => writeFigure(figure, stats, null))
  return framePage({
    policy: filePolicy,
    title: stats.project,
    header: `<h1><bdi>${escapeHtml(stats.project)}</bdi></h1>\n<p class="lead">${escapeHtml(describeRange(stats))}</p>\n<p class="lead">${escapeHtml(describeSince(stats))}</p>\n${limits}${missing}`,
    main: writeTiles(stats) + answered.join('') + writeQuality(stats, null),
  })
}
