import type {ProjectFile} from '../../protocol/project-file.ts'
import {type OldIds, oldIds, readOrMakeOldIdSecret} from '../compat/old-ids.ts'
import {openSqliteStore} from '../store/sqlite.ts'
import type {ImportTarget} from './import-file.ts'
import {storeRecords} from './store-records.ts'

/**
 * Opens the store of a data folder to import into, made when it is missing, and keeps the project file there. Throws a
 * `UsageError` USAGE_STORE_LOCKED when another process writes it: then the records go to that one.
 */
export async function openStoreForImport(
  dataDirectory: string,
  project: ProjectFile,
  now: () => number,
): Promise<ImportTarget> {
  const store = openSqliteStore(dataDirectory)
  await store.saveProjects([project])
  let ids: OldIds | null = null
  return {
    project,
    dataDirectory,
    store(format, records, atMs) {
      ids ??= oldIds(readOrMakeOldIdSecret(dataDirectory))
      return storeRecords(format, records, {project, ids, atMs, nowMs: now()}, batches => store.insert(batches))
    },
    close: () => store.close(),
  }
}
