import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {noFilters} from '../../stats/model/filters.ts'
import type {Stats} from '../../stats/model/model.ts'
import type {PublicPeriod} from '../../stats/public/public.ts'
import {writeBounded, writeCount} from '../../stats/write/text/write.ts'
import {writePublicUsers} from '../pages/public-pages.ts'
import {type StartFigures, type StartRow, writeStartPage} from '../pages/start-page.ts'
import {addressTo} from '../parts/address.ts'
import type {Ask} from './ask.ts'
import {askMonths, lastMonths} from './public-questions.ts'

/** The projects whose figures the first page asks for. The others are only listed: each costs a question. */
const maxAsked = 50

/** What the first page is made of. */
export interface Start {
  readonly projects: ReadonlyMap<string, ProjectFile>
  readonly base: string
  readonly ask: Ask
  readonly nowMs: number
  /** Whether the reader sees all figures, or those that are public. */
  readonly isReader: boolean
  readonly footer: string
}

/**
 * Asks for the last twelve whole months of each project, one after the other, and writes the list of projects. A project
 * whose question fails has no figures: its own page fails too, and the log then has the cause. Throws the last failure if
 * no question was answered.
 */
export async function answerProjects({projects, base, ask, nowMs, isReader, footer}: Start): Promise<string> {
  const rows: StartRow[] = []
  let failure: unknown
  for (const project of projects.values()) {
    const asked = rows.length < maxAsked ? askFigures(ask, project, nowMs, isReader) : null
    const figures = await asked?.catch(error => {
      failure = error
      return 'no-answer' as const
    })
    rows.push({project, address: addressTo({base, project, written: {}}, ''), figures: figures ?? null})
  }
  if (failure !== undefined && !rows.some(({figures}) => typeof figures === 'object' && figures !== null)) throw failure
  return writeStartPage({rows, month: lastMonths(nowMs, 1).to.slice(0, 7), footer})
}

async function askFigures(ask: Ask, project: ProjectFile, nowMs: number, isReader: boolean): Promise<StartFigures> {
  if (!isReader) return publicFigures((await askMonths(ask, project, nowMs)).periods)
  const query = {project: project.project, ...lastMonths(nowMs, 12), by: 'month', filters: noFilters} as const
  return allFigures(await ask(project, query))
}

function allFigures({users, runs, quality}: Stats): StartFigures {
  const [people, run] = [users.periods.at(-1), runs?.periods.at(-1)]
  return {
    users: people === undefined ? '' : writeBounded(people),
    runs: run === undefined ? '' : writeCount(run.value),
    lastReport: quality.lastReport,
    runsByMonth: (runs?.periods ?? []).map(({period, value}) => ({month: period, runs: value})),
  }
}

function publicFigures(periods: readonly PublicPeriod[]): StartFigures {
  const last = periods.at(-1)
  return {
    users: last === undefined || last.hidden ? 'hidden' : writePublicUsers(last),
    runs: last?.runs == null ? 'hidden' : writeCount(last.runs),
    runsByMonth: periods.map(({period, runs}) => ({month: period, runs})),
  }
}
