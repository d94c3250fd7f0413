import {createHash} from 'node:crypto'
import {askReport} from '../../../../src/cli/maintain/report/ask-report.ts'
import {openSqliteSource} from '../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import {makeReport, type ReportDocument} from '../../../../src/dashboard/report/report.ts'
import {rotationPeriod} from '../../../../src/protocol/project/rotation.ts'
import {answerStats} from '../../../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../../../src/stats/model/query.ts'
import {batchOf, nowMs, sampleHeader, sampleProject, startOf} from '../../../collector/samples.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'

/** One run as it truly was. */
export interface Run {
  readonly person: string
  readonly atMs: number
}

interface Asked {
  readonly runs: readonly Run[]
  readonly rotate?: 'year' | 'never'
  readonly yearBegins?: string
  /** The flags of the command. */
  readonly written?: {readonly year?: string; readonly from?: string; readonly to?: string}
  readonly nowMs?: number
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
export const iso = (atMs: number): string => new Date(atMs).toISOString()
export const day = (written: string): number => Date.parse(`${written}T00:00:00Z`)

/** Stores runs in a store of their own and makes the report about them. */
export async function reportAbout(
  t: Parameters<typeof temporaryDirectory>[0],
  {runs, rotate = 'year', yearBegins = '01-01', written = {}, nowMs: now = nowMs}: Asked,
): Promise<ReportDocument> {
  const directory = temporaryDirectory(t)
  const project = sampleProject({identity: {rotate, yearBegins}})
  const store = openSqliteStore(directory)
  const batches = runs.map(({person, atMs}, number) => {
    const {name, firstDay} = rotationPeriod(project.identity, iso(atMs))
    const header = sampleHeader({user: hash(`${person} ${name}`), host: hash(`of ${person} ${name}`), period: firstDay})
    return batchOf([startOf(number, atMs)], {header, project: project.project})
  })
  await store.insert(batches)
  await store.close()
  const source = openSqliteSource(directory)
  try {
    const {stats, years} = await askReport(
      question => {
        const query = parseStatsQuery({...question, project: project.project}, now, project.identity.yearBegins)
        return answerStats(source, project, query, now)
      },
      {project: project.project, ...written},
    )
    return makeReport({stats, years, project, citation: null, command: '', nowMs: now}).document
  } finally {
    await source.close()
  }
}

export const within = (runs: readonly Run[], fromMs: number, toMs: number): Run[] =>
  runs.filter(({atMs}) => atMs >= fromMs && atMs < toMs)
export const peopleIn = (runs: readonly Run[]): number => new Set(runs.map(({person}) => person)).size
