import {setTimeout as wait} from 'node:timers/promises'
import {type RunningCollector, readRunningCollector} from '../../collector/access/running-collector-file.ts'
import type {ImportFormat, ImportRecord} from '../../collector/history/format.ts'
import type {ImportTarget} from '../../collector/history/import-file.ts'
import {openStoreForImport} from '../../collector/history/import-into-store.ts'
import {withoutSource} from '../../collector/history/parsl-log.ts'
import type {StoredCounts} from '../../collector/history/store-records.ts'
import {toUsageError, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {postJson} from '../../reporter/transports/http.ts'
import {refusalOf, storedProject} from './ask-stats.ts'

/** Milliseconds that a collector may take to store some records. */
const patience = 60_000
/** Milliseconds between tries at a collector that has too much to write. */
const betweenTries = 200

export interface ImportChoice {
  readonly dataDirectory: string
  /** The project file, where the store may not have one yet. */
  readonly projectFile: ProjectFile | null
  /** The id of a project of the store; null: its only one. */
  readonly projectId: string | null
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Opens what records are imported into: the store, or the collector that writes it at the moment. Throws a coded error. */
export async function openImportTarget({
  dataDirectory,
  projectFile,
  projectId,
  now,
}: ImportChoice): Promise<ImportTarget> {
  const project = projectFile ?? (await storedProject(dataDirectory, projectId))
  try {
    return await openStoreForImport(dataDirectory, project, now)
  } catch (error) {
    const running = toUsageError(error).code === 'USAGE_STORE_LOCKED' ? readRunningCollector(dataDirectory) : null
    if (running === null) throw error
    return collectorTarget(dataDirectory, project, running)
  }
}

function collectorTarget(dataDirectory: string, project: ProjectFile, {http, secret}: RunningCollector): ImportTarget {
  const url = `${http}/v1/projects/${project.project}/imports`
  return {
    project,
    dataDirectory,
    async store(format, records, at) {
      for (;;) {
        const {status, body} = await post(url, secret, {
          format,
          at,
          records: records.map(record => toPost(format, record)),
        })
        if (status === 200) return JSON.parse(body) as StoredCounts
        if (status !== 503) throw refusalOf(status, parse(body), http)
        await wait(betweenTries)
      }
    },
    close: async () => {},
  }
}

/** No address travels, though the collector would pass it over. */
const toPost = (format: ImportFormat, record: ImportRecord): ImportRecord =>
  format === 'parsl' ? {...record, text: withoutSource(record.text)} : record

async function post(url: string, token: string, value: unknown) {
  try {
    return await postJson(url, {token, value, signal: AbortSignal.timeout(patience)})
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_COLLECTOR_UNREACHABLE', `cannot reach the collector that writes the store: ${came}`, {
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
