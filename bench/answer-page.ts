// Answers the question of a page from a SQLite store in a new process, and prints what it cost as JSON, in milliseconds
// from the start of the process: `node bench/answer-page.ts DIR QUERY`.
import {openSqliteSource} from '../src/collector/store/sqlite/source.ts'
import {answerStats} from '../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../src/stats/model/query.ts'
import type {StatsSource} from '../src/stats/model/source.ts'
import {projectOf} from './fill-store.ts'

const nowMs = Date.parse('2026-11-25T12:00:00Z')
const project = projectOf('first')

/** The questions of the pages: all pages without filters ask the first one. */
export const pages = [
  'by=month',
  'by=week',
  'by=day',
  'year=2026',
  'ci=none',
  'system=Linux',
  'feature-type=Algorithm',
  'direct=1',
]

/** Answers a query, as in an address, about the first project of `fill-store.ts`. */
export async function answerPage(source: Pick<StatsSource, 'facts'>, query: string): Promise<void> {
  const written = {project: project.project, ...Object.fromEntries(new URLSearchParams(query))}
  const parsed = parseStatsQuery(written, nowMs, project.identity.yearBegins)
  await answerStats(source as StatsSource, project, parsed, nowMs)
}

if (process.argv[1] === import.meta.filename) {
  const [folder, query] = process.argv.slice(2) as [string, string]
  const source = openSqliteSource(folder)
  await answerPage(source, query)
  const {user, system} = process.cpuUsage()
  console.log(JSON.stringify({wall: performance.now(), processor: (user + system) / 1000}))
  await source.close()
}
