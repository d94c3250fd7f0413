import {setTimeout as wait} from 'node:timers/promises'
import {type RunningCollector, readRunningCollector} from '../../collector/access/running-collector-file.ts'
import type {ImportFormat, ImportRecord} from '../../collector/history/format.ts'
import {type ImportTarget, smallChunk} from '../../collector/history/import-file.ts'
import {openStoreForImport} from '../../collector/history/import-into-store.ts'
import {withoutSource} from '../../collector/history/parsl-log.ts'
import type {StoredCounts} from '../../collector/history/store-records.ts'
import type {StorePlace} from '../../collector/store/place.ts'
import {toUsageError, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {postJson} from '../../reporter/transports/http.ts'
import {refusalOf, storedProject} from './ask-stats.ts'

/** Milliseconds to wait for a collector to store some records. */
const patience = 60_000
/** Milliseconds between attempts at a collector that answers 503. */
const betweenTries = 200

export interface ImportChoice {
  readonly place: StorePlace
  /** The project file. Null: the one in the store. */
  readonly projectFile: ProjectFile | null
  /** The id of a project in the store. Null: its only project. */
  readonly projectId: string | null
  /** Unix milliseconds. */
  readonly now: () => number
}

/**
 * Opens the target of an import: the store, or the running collector if it has locked the store. Throws a coded error.
 */
export async function openImportTarget({place, projectFile, projectId, now}: ImportChoice): Promise<ImportTarget> {
  const project = projectFile ?? (await storedProject(place, projectId))
  try {
    return await openStoreForImport(place, project, now)
  } catch (error) {
    const running = toUsageError(error).code === 'USAGE_STORE_LOCKED' ? readRunningCollector(place.dataDirectory) : null
    if (running === null) throw error
    return collectorTarget(place.dataDirectory, project, running)
  }
}

function collectorTarget(dataDirectory: string, project: ProjectFile, {http, secret}: RunningCollector): ImportTarget {
  const url = `${http}/v1/projects/${project.project}/imports`
  return {
    project,
    dataDirectory,
    chunk: smallChunk,
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
    prepare: async () => {},
    close: async () => {},
  }
}

/** Removes network addresses from records. The collector ignores them, but they should not be sent. */
const toPost = (format: ImportFormat, record: ImportRecord): ImportRecord =>
  format === 'parsl' ? {...record, text: withoutSource(record.text)} : record

async function post(url: string, token: string, value: unknown) {
  try {
    return await postJson(url, {token, value, signal: AbortSignal.timeout(patience)})
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_COLLECTOR_UNREACHABLE', `cannot reach the collector that writes the store: ${cause}`, {
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
