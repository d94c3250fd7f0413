import {type MeasuringSource, openSqliteSource} from '../store/sqlite.ts'

/**
 * Opens the store in a data folder for reading; a collector may be writing it. Throws a `UsageError`
 * USAGE_STORE_UNREADABLE when there is none. Close it.
 */
export function openStatsSource(dataDirectory: string): MeasuringSource {
  return openSqliteSource(dataDirectory)
}
