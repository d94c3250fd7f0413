/**
 * Room `maintain`: what the commands of maintainers put together from several parts.
 *
 * Each module joins parts that must not know each other: a store or a collector with `stats`, the dashboard with a collector, a
 * project file with the clients for other languages. They use disk and network, for at most 30 s where a collector is asked, and
 * throw coded errors, which the framework prints. Collector, statistics, import and export need Node.js 24.
 * Read next: `open-inbox.ts` and `import-target.ts` for who may write a store, `make-library.ts`, `check-project.ts`.
 */
import {openStatsSource} from '../../collector/reading/read-store.ts'
import {type ErrorCode, type ErrorDocument, errorRegistry, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {getJson} from '../../reporter/transports/http.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import type {Stats} from '../../stats/model/model.ts'
import {parseStatsQuery, queryNames, type WrittenStatsQuery} from '../../stats/model/query.ts'

/** Milliseconds that a collector may take to answer. */
const patience = 30_000

export interface WrittenQuestion extends Omit<WrittenStatsQuery, 'project'> {
  readonly project: string | null
}

/** Asks the store in a collector's data folder. Throws a coded error where there is none, or which project is meant. */
export async function askStore(dataDirectory: string, written: WrittenQuestion, now: number): Promise<Stats> {
  const source = openStatsSource(dataDirectory)
  try {
    const project = chooseStored(await source.projects(), written.project)
    return await answerStats(source, project, parseStatsQuery({...written, project: project.project}, now), now)
  } finally {
    await source.close()
  }
}

/** Finds the project of the store in a data folder that is meant: the named one, or the only one. Throws a coded error. */
export async function storedProject(dataDirectory: string, id: string | null): Promise<ProjectFile> {
  const source = openStatsSource(dataDirectory)
  try {
    return chooseStored(await source.projects(), id)
  } finally {
    await source.close()
  }
}

function chooseStored(projects: readonly ProjectFile[], id: string | null): ProjectFile {
  const ids = projects.map(one => one.project).join(', ') || 'none'
  const [first, second] = projects
  if (id === null && first !== undefined && second === undefined) return first
  if (id === null)
    throw new UsageError('USAGE_NO_PROJECT', `no project given; the store has ${ids}`, {
      next: 'Set --project ID.',
    })
  const found = projects.find(one => one.project === id)
  if (found !== undefined) return found
  throw new UsageError('USAGE_PROJECT_UNKNOWN', `the store has no project ${id}; it has ${ids}`, {
    next: 'Set --project ID.',
  })
}

/** Asks a running collector. Throws its own error, or `USAGE_COLLECTOR_UNREACHABLE`. */
export async function askCollector(url: string, token: string | null, written: WrittenQuestion): Promise<Stats> {
  if (written.project === null)
    throw new UsageError('USAGE_NO_PROJECT', 'no project given', {
      next: 'Set --project ID.',
    })
  const query = new URLSearchParams()
  for (const key of queryNames) if (written[key]) query.set(key, written[key])
  const address = `${url.replace(/\/+$/, '')}/v1/projects/${encodeURIComponent(written.project)}/stats?${query}`
  const {status, body} = await ask(address, token)
  const answer = parse(body)
  if (status === 200 && answer !== null) return answer as Stats
  throw refusalOf(status, answer, url)
}

/** The error that a collector answered with, or that something else answered. */
export function refusalOf(status: number, answer: unknown, url: string): UsageError {
  const error = (answer as Partial<ErrorDocument> | null)?.error
  if (error !== undefined && isErrorCode(error.code))
    return new UsageError(error.code, error.message, {next: error.next})
  return new UsageError(
    'USAGE_COLLECTOR_UNREACHABLE',
    `the answer (status ${status}) of ${url} is not from a collector`,
  )
}

async function ask(address: string, token: string | null): Promise<{status: number; body: string}> {
  try {
    return await getJson(address, {token, environment: process.env, signal: AbortSignal.timeout(patience)})
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_COLLECTOR_UNREACHABLE', `cannot reach a collector at ${address}: ${came}`, {
      cause: error,
    })
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorRegistry, code)
