import {writeHtmlAnswers} from '../../dashboard/pages/answers-page.ts'
import type {Report} from '../../dashboard/report/report.ts'
import {writeHtmlReport} from '../../dashboard/report/write-html.ts'
import {writeReportJson} from '../../dashboard/report/write-json.ts'
import {writeMarkdownReport} from '../../dashboard/report/write-markdown.ts'
import {UsageError} from '../../errors.ts'
import type {Stats} from '../../stats/model/model.ts'
import {writeCsv, writeLongCsv} from '../../stats/write/csv.ts'
import {writeHtml} from '../../stats/write/html.ts'
import {writeMarkdown} from '../../stats/write/markdown.ts'
import {tablesOf} from '../../stats/write/tables.ts'
import {writeStats} from '../../stats/write/text.ts'
import type {Paint} from '../output/paint.ts'

/** The output formats of `usage stats`. */
export const statsFormats = ['text', 'json', 'csv', 'markdown', 'html'] as const

export interface StatsWriting {
  readonly format: string
  /** One of `sectionNames`, or null for all. */
  readonly section: string | null
  readonly paint: Paint
  readonly width: number
}

/** Writes the answers in one of the formats, without the last line break. The command itself writes JSON. */
export function writeAnswers(stats: Stats, writing: StatsWriting): string {
  const {format, section, paint, width} = writing
  if (section !== null && !['csv', 'markdown', 'html'].includes(format))
    throw new UsageError('USAGE_QUERY_INVALID', `--section requires --format csv, markdown or html, got ${format}`)
  if (format === 'csv') return writeAsCsv(stats, section).trimEnd()
  if (format === 'markdown') return writeMarkdown(stats, section).trimEnd()
  if (format === 'html') return (section === null ? writeHtmlAnswers(stats) : writeHtml(stats, {section})).trimEnd()
  return writeStats(stats, {paint, width}).trimEnd()
}

/**
 * The function that writes a report in a format, without the last line break. JSON has the bytes whose hash the others
 * name. Throws USAGE_QUERY_INVALID for a format that a report does not have.
 */
export function reportWriter({format, section}: Pick<StatsWriting, 'format' | 'section'>): (report: Report) => string {
  if (section !== null) throw new UsageError('USAGE_QUERY_INVALID', '--report and --section must not be combined')
  if (format === 'html') return report => writeHtmlReport(report).trimEnd()
  if (format === 'markdown') return report => writeMarkdownReport(report).trimEnd()
  if (format === 'json') return ({document}) => writeReportJson(document).trimEnd()
  throw new UsageError('USAGE_QUERY_INVALID', `--report requires --format html, markdown or json, got ${format}`, {
    next: 'Write the report into a file: usage stats --report --format html > report.html',
  })
}

function writeAsCsv(stats: Stats, section: string | null): string {
  const tables = tablesOf(stats)
  const table = tables.find(one => one.section === section)
  if (table === undefined) return writeLongCsv(tables)
  if (table.rows !== null) return writeCsv(table)
  // A table without rows would mean that the answer is zero.
  throw new UsageError('USAGE_QUERY_INVALID', `the filter leaves no answer about ${table.section}`)
}
