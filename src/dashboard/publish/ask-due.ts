import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {noFilters} from '../../stats/model/filters.ts'
import {calendarYear, formatDay, periodsIn, startOfPeriod} from '../../stats/model/period.ts'
import {dayMs, type Span} from '../../stats/model/span.ts'
import {toPublic} from '../../stats/public/public.ts'
import type {Ask} from '../site/ask.ts'
import {
  type Fixed,
  type FixedMonth,
  type FixedYear,
  formatVersion,
  placeOfMonth,
  placeOfYear,
  readFixed,
} from './fixed.ts'

/**
 * Days after the end of a month before its figures are published: events of machines that were offline arrive late, and
 * what is published never changes.
 */
export const settledAfterDays = 7

/** Where fixed figures are kept. */
export interface FixedPlaces {
  /** The text of a file; null if there is none. */
  readonly read: (place: string) => string | null
  /** Writes a file that does not exist. Returns the text that is there now: another process may have been faster. */
  readonly writeOnce: (place: string, text: string) => string
}

/** The published figures of a project, and those that became due since. New ones are written, once for all times. */
export async function askDue(
  ask: Ask,
  project: ProjectFile,
  {read, writeOnce}: FixedPlaces,
  nowMs: number,
): Promise<Fixed> {
  const since = await firstDay(ask, project, nowMs)
  if (since === null) return {months: [], years: []}
  const {yearBegins = calendarYear} = project.identity
  const untilMs = nowMs - settledAfterDays * dayMs
  const due = (by: 'month' | 'year') => {
    const fromMs = startOfPeriod(Date.parse(since), by, yearBegins)
    return periodsIn({fromMs, toMs: untilMs}, by, untilMs, yearBegins).filter(({complete}) => complete)
  }
  const keep = async <Kind extends FixedMonth | FixedYear>(
    place: string,
    key: keyof Kind,
    make: () => Promise<Kind>,
  ): Promise<Kind> => {
    const text = read(place) ?? writeOnce(place, `${JSON.stringify(await make(), null, 2)}\n`)
    return readFixed<Kind>(place, text, key)
  }
  const publishedAt = new Date(nowMs).toISOString()
  const months: FixedMonth[] = []
  for (const {label: month, span} of due('month'))
    months.push(
      await keep<FixedMonth>(placeOfMonth(project.project, month), 'month', async () => ({
        version: formatVersion,
        month,
        publishedAt,
        figures: await figuresOf(ask, project, span),
      })),
    )
  const years: FixedYear[] = []
  // Public figures are of whole months, and a year that was not all collected would look like a small one.
  const wholeYears = due('year').filter(({span}) => yearBegins.endsWith('-01') && span.fromMs >= Date.parse(since))
  for (const {label: year, span} of wholeYears)
    years.push(
      await keep<FixedYear>(placeOfYear(project.project, formatDay(span.fromMs).slice(0, 4)), 'year', async () => {
        const {from, to, users, usersLow, usersHigh} = await figuresOf(ask, project, span)
        return {
          version: formatVersion,
          project: project.project,
          year,
          from,
          to,
          users,
          usersLow,
          usersHigh,
          publishedAt,
        }
      }),
    )
  return {months, years}
}

async function firstDay(ask: Ask, project: ProjectFile, nowMs: number): Promise<string | null> {
  const today = formatDay(nowMs)
  return (await ask(project, {project: project.project, from: today, to: today, by: 'month', filters: noFilters})).since
}

async function figuresOf(ask: Ask, project: ProjectFile, {fromMs, toMs}: Span) {
  const [from, to] = [formatDay(fromMs), formatDay(toMs - dayMs)]
  return toPublic(await ask(project, {project: project.project, from, to, by: 'month', filters: noFilters}))
}
