import {UsageError} from '../../errors.ts'
import type {Stats} from '../../stats/model/model.ts'
import {writeCsv} from '../../stats/write/csv.ts'
import {tablesOf} from '../../stats/write/tables.ts'
import {answerData, type PageAnswer} from '../parts/page-answer.ts'

/** Answers one section of the stats as CSV or JSON: `users.csv`. Throws USAGE_NOT_FOUND for what is no section. */
export function answerSection(stats: Stats, file: string): PageAnswer {
  const [, section, format] = /^([A-Za-z]+)\.(csv|json)$/.exec(file) ?? []
  const table = tablesOf(stats).find(one => one.section === section)
  if (section === undefined || table === undefined)
    throw new UsageError('USAGE_NOT_FOUND', 'must be a section of the answers, as .csv or .json')
  const name = `${stats.project}-${section}.${format}`
  if (format === 'csv') return answerData(writeCsv(table), 'text/csv', name)
  const {project, from, to, by, filters, unanswered} = stats
  const key = (section === 'fieldValues' ? 'fields' : section) as keyof Stats
  const content = {project, from, to, by, filters, unanswered, [key]: stats[key]}
  return answerData(`${JSON.stringify(content, null, 2)}\n`, 'application/json', name)
}
