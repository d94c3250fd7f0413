import type {YearAnswers} from '../../../dashboard/report/years.ts'
import {UsageError} from '../../../errors.ts'
import {isWhollyCollected} from '../../../stats/answer/compare.ts'
import type {Stats} from '../../../stats/model/model.ts'
import {formatDay} from '../../../stats/model/period.ts'
import {dayMs} from '../../../stats/model/span.ts'
import type {WrittenQuestion} from '../ask-stats.ts'

type Ask = (written: WrittenQuestion) => Promise<Stats>

/** The answers of a report. */
export interface ReportAnswers {
  readonly stats: Stats
  /** Null if the range is no reporting year. */
  readonly years: YearAnswers | null
}

/**
 * Asks for a report: about the last full reporting year if no range is given and all of that year was collected. Else it
 * asks as written. For a reporting year it also asks for the years before. Throws USAGE_NOTHING_TO_REPORT for a project
 * without data.
 */
export async function askReport(ask: Ask, written: WrittenQuestion): Promise<ReportAnswers> {
  const stats = await askRange(ask, written)
  if (stats.since === null)
    throw new UsageError('USAGE_NOTHING_TO_REPORT', `no run and no feature of ${stats.project} was received yet`)
  return {stats, years: stats.year === null ? null : await askYears(ask, written, {...stats, since: stats.since})}
}

async function askRange(ask: Ask, written: WrittenQuestion): Promise<Stats> {
  if (written.from != null || written.to != null || written.year != null) return ask(written)
  const ofYear = await ask({...written, year: 'last'})
  return isWhollyCollected(ofYear) ? ofYear : ask(written)
}

type Known = Stats & {readonly since: string}

async function askYears(ask: Ask, written: WrittenQuestion, stats: Known): Promise<YearAnswers> {
  const {from, to, trend} = stats
  const range = (first: string, last: string): WrittenQuestion => ({...written, year: null, from: first, to: last})
  const first = firstYearFrom(stats)
  const byYear = await askFrom(from => ask({...range(from, to), by: 'year'}), first, stats)
  // The day after the last one that a year in progress is compared with; the rest of that day is left aside.
  const restFrom = formatDay(Date.parse(trend.yearBefore.to) + dayMs)
  const restTo = formatDay(Date.parse(from) - dayMs)
  const isCut = !trend.complete && trend.yearBefore.reason === null && restFrom <= restTo
  return {byYear, rest: isCut ? await ask(range(restFrom, restTo)) : null}
}

/** The first day of the reporting year in which the data begin, or of the asked year if that is earlier. */
function firstYearFrom({from, since}: Known): string {
  const day = from.slice(4)
  const year = Number(since.slice(0, 4))
  const begins = `${since.slice(4) >= day ? year : year - 1}${day}`
  return begins < from ? begins : from
}

/** Asks from the first year on. Where retention has left only totals that a year cuts, it asks from the year of the report on. */
async function askFrom(askYear: (from: string) => Promise<Stats>, first: string, {from}: Known): Promise<Stats> {
  try {
    return await askYear(first)
  } catch (error) {
    if (first === from || !(error instanceof UsageError) || error.code !== 'USAGE_QUERY_INVALID') throw error
    return askYear(from)
  }
}
