import {type MeasuringSource, openSqliteSource} from '../store/sqlite/sqlite.ts'

/**
 * Opens the store in a data folder for reading, also while a collector writes it. The caller closes it. Throws a
 * `UsageError` USAGE_STORE_UNREADABLE if there is no store.
 */
export function openStatsSource(dataDirectory: string): MeasuringSource {
  return openSqliteSource(dataDirectory)
}
