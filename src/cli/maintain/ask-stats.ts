/**
 * Room `maintain`: functions of the maintainers' commands that combine several parts.
 *
 * Each module joins parts that must not import each other: a store or a collector with `stats`, the dashboard with a
 * collector, a project file with the clients for other languages. They use disk and network. A question to a collector
 * takes at most 30 s, a write 60 s. They throw coded errors, which the framework prints. Collector, statistics, import
 * and export require Node.js 24.
 * Read next: `import-target.ts`, `open-inbox.ts`, `make-library.ts`, `operate/run-collector.ts`.
 */
import {openSource} from '../../collector/store/open.ts'
import {placeOf, type StorePlace} from '../../collector/store/place.ts'
import {type ErrorCode, type ErrorDocument, errorRegistry, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {getJson} from '../../reporter/transports/http.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import type {Stats} from '../../stats/model/model.ts'
import {parseStatsQuery, queryNames, type StatsQuery, type WrittenStatsQuery} from '../../stats/model/query.ts'
import type {ShowPreparing} from '../output/preparing-line.ts'

/** Milliseconds to wait for the answer of a collector. */
const patience = 30_000

export interface WrittenQuestion extends Omit<WrittenStatsQuery, 'project'> {
  readonly project: string | null
}

/** The flags of a question that are not written as in an address. */
interface QuestionFlags {
  readonly project?: string | undefined
  readonly internal?: boolean | undefined
  readonly direct?: boolean | undefined
}

/** The question of a command line. */
export const questionOf = <T extends QuestionFlags>({project, internal, direct, ...others}: T): WrittenQuestion => ({
  ...others,
  project: project || null,
  internal: internal ? '1' : null,
  direct: direct ? '1' : null,
})

/** Where statistics are asked: a store, or a collector with its read token. */
export interface AskedPlace {
  readonly data: string
  /** The address of a store that is not in the data folder. */
  readonly store?: string | undefined
  readonly url?: string | undefined
  readonly token?: string | undefined
}

/**
 * Makes the function that asks a place: a collector at its address, else the store.
 *
 * @param onReading see `askStore`
 */
export const asker =
  ({data, store, url, token}: AskedPlace, now: () => number, onReading?: ShowPreparing) =>
  (question: WrittenQuestion): Promise<Stats> =>
    url === undefined
      ? askStore(placeOf(data, store), question, now(), onReading)
      : askCollector(url, token || null, question)

/**
 * Asks a store. Throws a coded error if there is no store, or no such project.
 *
 * @param onReading called while months are read that nothing has prepared
 */
export async function askStore(
  place: StorePlace,
  written: WrittenQuestion,
  now: number,
  onReading?: ShowPreparing,
): Promise<Stats> {
  const source = await openSource(place, onReading)
  try {
    const project = chooseStored(await source.projects(), written.project)
    return await answerStats(source, project, readQuery(written, project, now), now)
  } finally {
    await source.close()
  }
}

function readQuery(written: WrittenQuestion, {project, identity}: ProjectFile, now: number): StatsQuery {
  return parseStatsQuery({...written, project}, now, identity.yearBegins)
}

/**
 * Reads a project from a store: the one with the id, or, for null, the only one. Throws a coded
 * error.
 */
export async function storedProject(place: StorePlace, id: string | null): Promise<ProjectFile> {
  const source = await openSource(place)
  try {
    return chooseStored(await source.projects(), id)
  } finally {
    await source.close()
  }
}

/** Chooses a project of a store: the one with the id, or, for null, the only one. Throws a coded error. */
export function chooseStored(projects: readonly ProjectFile[], id: string | null): ProjectFile {
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

/** Asks a running collector. Throws the error that it answered, or USAGE_COLLECTOR_UNREACHABLE. */
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

/** The error that a collector answered, or USAGE_COLLECTOR_UNREACHABLE if the answer is not from a collector. */
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
    const cause = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_COLLECTOR_UNREACHABLE', `cannot reach a collector at ${address}: ${cause}`, {
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
