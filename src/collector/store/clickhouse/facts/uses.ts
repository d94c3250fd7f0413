import {limitsFeatures, limitsFields} from '../../../../stats/model/filters.ts'
import {columnOfWord, headerWords} from '../../../../stats/model/header-words.ts'
import {signalOfExitCode} from '../../../../stats/model/shell-signals.ts'
import type {StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {chooses, choosesFeature, choosesRun, every, hash} from './sql.ts'

/** What a row of uses is: the places are its number in SQL. */
export const whats = ['run', 'feature', 'end', 'presence', 'use'] as const
/** How a run ended; `none` for other uses. */
export const results = ['none', 'running', 'lost', 'ok', 'failed', 'signal', 'unknown'] as const

/** The receipt of a start, a repeat or an end that never came. */
const never = Number.MAX_SAFE_INTEGER

/** The local tables of a server: their names in SQL. */
export type TableNames = (name: 'runs' | 'features' | 'lone') => string

const columns = [...new Set(['user', 'host', 'period', 'is_new_secret', ...Object.values(columnOfWord)])]

/** What is needed of the header of every row. */
const header = `
  ${hash('user')} AS user_id, ${hash('host')} AS host_id, isNotNull(ci) AS is_ci,
  toUInt8(isNotNull(agent)) + 2 * toUInt8(isNotNull(is_new_secret)) AS marks,
  if(isNull(period), -1, toInt64(toUInt32OrZero(replaceAll(assumeNotNull(period), '-', '')))) AS own_period`

/** A word of a header, which never has a line end: `=` and the value; empty for none. */
const wordSql = (column: string): string => `ifNull(concat('=', ${column}), '')`

const ofNoRun = `
  toUInt8(0) AS result, toUInt64(0) AS script_id, nan AS took, '' AS exit, '' AS words, '' AS version_word,
  '' AS start_fields, '' AS end_fields`

/**
 * The runs of a project as they are now, those of tests left out, with single values instead of tuples: queries around
 * tuples are planned for longer. Elements are read from a copy of the tuple (`identity`): read directly, they would be those
 * of rows that are not merged yet.
 *
 * @param more columns besides `has_start`, `has_end`, `start_at`, `end_at`, `first_sign` and `counted_at`
 * @param condition on columns that merging changes as a whole
 */
export const countedRunsSql = (table: string, more: readonly string[], condition: string): string => `
  SELECT *, toInt64(multiIf(has_start, start_at, has_end, end_at, first_sign)) AS counted_at
  FROM (
    SELECT ${elementSql('start', 'received')} < ${never} AS has_start, ${elementSql('end', 'received')} < ${never} AS has_end,
      ${elementSql('start', 'at')} AS start_at, ${elementSql('end', 'at')} AS end_at, first_sign${more.map(one => `, ${one}`).join('')}
    FROM ${table} FINAL WHERE project = {project:String} AND is_test = 0 AND ${condition})`

/** An element of a tuple of a run: of its header, or of what it told. */
export const elementSql = (tuple: 'header' | 'start' | 'again' | 'end', element: string): string =>
  `tupleElement(identity(\`${tuple}\`), '${element}')`

/**
 * The runs of a project as they are now, whose life overlaps a span. The filters of the question apply. `first_sign` is
 * never after the time at which a run is counted, and `last_sign` never before.
 */
export function runsSql(table: TableNames, {filters, lostBeforeMs}: StatsQuestion, span: Span): string {
  return `
    SELECT counted_at AS at, toUInt8(0) AS what, toUInt64(1) AS uses, ${header},
      ${resultSql(lostBeforeMs)} AS result,
      ${hash('script')} AS script_id,
      if(has_end, ifNull(ifNull(end_seconds, if(has_start, greatest(0, end_at - start_at) / 1000., NULL)), nan), nan) AS took,
      ${exitSql} AS exit,
      concat(${headerWords.map(word => wordSql(columnOfWord[word])).join(`, '\\n', `)}) AS words, ${wordSql('version')} AS version_word,
      start_fields, end_fields
    FROM (${toldRunsSql(table, span)})
    WHERE ${choosesRun(filters).sql}`
}

/** The runs whose life overlaps a span, with the columns of their headers, and with what they told. */
function toldRunsSql(table: TableNames, span: Span): string {
  const codes = Array.from({length: 256}, (_, code) => code).filter(code => signalOfExitCode(code) !== null)
  const names = codes.map(code => `'${signalOfExitCode(code)}'`)
  const told = [
    ...['run', 'last_sign', 'is_untold'],
    ...columns.map(column => `${elementSql('header', column)} AS ${column}`),
    `if(has_start, ${elementSql('start', 'script')}, ${elementSql('again', 'script')}) AS script`,
    `if(has_start, ${elementSql('start', 'fields')}, ${elementSql('again', 'fields')}) AS start_fields`,
    `if(has_end, ${elementSql('end', 'fields')}, '') AS end_fields`,
    ...['seconds', 'exit_code', 'signal'].map(name => `${elementSql('end', name)} AS end_${name}`),
  ]
  const runs = countedRunsSql(table('runs'), told, `first_sign < ${span.toMs} AND last_sign >= ${span.fromMs}`)
  return `
    SELECT *, ifNull(end_signal, transform(ifNull(end_exit_code, 0), [${codes.join(', ')}], [${names.join(', ')}], NULL)) AS signal
    FROM (${runs})`
}

/** How a run ended, as a place in `results`. */
const resultSql = (lostBeforeMs: number): string => `
      toUInt8(multiIf(${every('NOT has_end', 'is_untold = 1')}, 6, NOT has_end, if(last_sign <= ${lostBeforeMs}, 2, 1),
        isNotNull(signal), 5, end_exit_code = 0, 3, isNotNull(end_exit_code), 4, 6))`
/** `s` and the signal, `c` and the exit code, empty for none. */
const exitSql = `
      multiIf(result = 5, concat('s', assumeNotNull(signal)), result IN (3, 4), concat('c', toString(end_exit_code)), '')`

/** The ids of the runs whose life overlaps a span, with their versions and how they ended. No filter applies. */
export const endedRunsSql = (table: TableNames, lostBeforeMs: number, span: Span): string => `
    SELECT run, ${wordSql('version')} AS version_name, ${resultSql(lostBeforeMs)} AS result, ${exitSql} AS exit
    FROM (${toldRunsSql(table, span)})`

/**
 * The uses that a question counts people of, in a span: runs, and events without a run. If the question has a filter on
 * features: the chosen uses of features. If it has one on a field: runs.
 *
 * @param featuresSinceMs single uses of features are counted since this instant; totals contain the others
 */
export function usesSql(
  table: TableNames,
  question: StatsQuestion,
  span: Span,
  featuresSinceMs: number | null,
): string {
  const {filters} = question
  const chosen = chooses(filters).sql
  const within = `at >= ${span.fromMs} AND at < ${span.toMs}`
  const single = featuresSinceMs === null ? within : `${within} AND at >= ${featuresSinceMs}`
  if (limitsFeatures(filters))
    return `
      SELECT at, toUInt8(if(isNull(run), 1, 4)) AS what, count AS uses, ${header}, ${ofNoRun}
      FROM ${table('features')} FINAL
      WHERE project = {project:String} AND ${single} AND ${chosen} AND ${choosesFeature(filters).sql}`
  if (limitsFields(filters)) return runsSql(table, question, span)
  // All copies of an event have the same run, so the other events are left out before copies are merged.
  return `
    ${runsSql(table, question, span)}
    UNION ALL
    SELECT at, toUInt8(1) AS what, toUInt64(1) AS uses, ${header}, ${ofNoRun}
    FROM ${table('features')} FINAL PREWHERE project = {project:String} AND run IS NULL WHERE ${single} AND ${chosen}
    UNION ALL
    SELECT at, toUInt8(if(kind = 'end', 2, 3)) AS what, toUInt64(1) AS uses, ${header}, ${ofNoRun}
    FROM ${table('lone')} FINAL WHERE project = {project:String} AND ${within} AND ${chosen}`
}
