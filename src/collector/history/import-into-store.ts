import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {type OldIds, oldIds, readOrMakeOldIdSecret} from '../compat/old-ids.ts'
import {openStore, prepareStore} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'
import {type ChunkRules, type ImportTarget, smallChunk} from './import-file.ts'
import {storeRecords} from './store-records.ts'

/** A distributed store takes some ten thousand events together: smaller blocks cost it several times as much. */
const largeChunk: ChunkRules = {maxRecords: 20_000, maxBytes: 6 * 1024 * 1024}

/**
 * Opens a store for an import and stores the project file in it. The store is created if it is
 * missing. Rejects with a `UsageError`: USAGE_STORE_LOCKED if another process writes it, USAGE_STORE_UNREADABLE.
 */
export async function openStoreForImport(
  place: StorePlace,
  project: ProjectFile,
  now: () => number,
): Promise<ImportTarget> {
  const {dataDirectory} = place
  const store = await openStore(place)
  await store.saveProjects([project])
  let ids: OldIds | null = null
  return {
    project,
    dataDirectory,
    chunk: place.kind === 'sqlite' ? smallChunk : largeChunk,
    store(format, records, atMs) {
      ids ??= oldIds(readOrMakeOldIdSecret(dataDirectory))
      return storeRecords(
        format,
        records,
        {project, ids, atMs, nowMs: now()},
        {
          write: batches => store.insert(batches),
          restore: part => store.restore(project.project, part),
        },
      )
    },
    prepare: onPrepared => prepareStore(place, onPrepared),
    close: () => store.close(),
  }
}
