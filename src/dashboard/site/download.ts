import {UsageError} from '../../errors.ts'
import type {PageAnswer} from '../../protocol/report/page.ts'
import type {AnswerRow} from '../../stats/model/answer-row.ts'
import {answers} from '../../stats/model/answers.ts'
import type {Stats} from '../../stats/model/model.ts'
import {writeCsv} from '../../stats/write/csv.ts'
import {tableOf} from '../../stats/write/tables.ts'
import {answerData} from '../parts/page-answer.ts'

/**
 * Answers one section of the stats as CSV or JSON, for example `users.csv`. Throws USAGE_NOT_FOUND for an unknown name.
 */
export function answerSection(stats: Stats, file: string): PageAnswer {
  const [, section, format] = /^([A-Za-z]+)\.(csv|json)$/.exec(file) ?? []
  const row: AnswerRow | undefined = answers.find(({key}) => key === section)
  if (row === undefined)
    throw new UsageError('USAGE_NOT_FOUND', 'the address must end with a section of the answers and .csv or .json')
  const name = `${stats.project}-${section}.${format}`
  if (format === 'csv') return answerData(writeCsv(tableOf(row, stats)), 'text/csv', name)
  const {project, from, to, by, filters, unanswered} = stats
  const key = (row.partOf ?? row.key) as keyof Stats
  const content = {project, from, to, by, filters, unanswered, [key]: stats[key]}
  return answerData(`${JSON.stringify(content, null, 2)}\n`, 'application/json', name)
}
