/**
 * Room `place`: where a store is.
 *
 * Commands and the collector pass a place on. Only the room `open` looks into it. Pure.
 * Read next: `open.ts`.
 */
import {UsageError} from '../../errors.ts'

/** Where a store is, and the data folder with the tokens, secrets, marks and the spool that belong to it. */
export type StorePlace =
  | {readonly kind: 'sqlite'; readonly dataDirectory: string}
  | {readonly kind: 'clickhouse'; readonly dataDirectory: string; readonly address: string}

/** The store in a file of a data folder. */
export const storeInFolder = (dataDirectory: string): StorePlace => ({kind: 'sqlite', dataDirectory})

/**
 * The place of a data folder and the value of `--store`. Without one, the store is in the folder. Throws a `UsageError`
 * USAGE_STORE_ADDRESS_INVALID, which does not contain the value: it may have a password.
 */
export function placeOf(dataDirectory: string, address: string | undefined): StorePlace {
  if (address === undefined || address === '') return storeInFolder(dataDirectory)
  if (/^clickhouses?:/i.test(address)) return {kind: 'clickhouse', dataDirectory, address}
  throw new UsageError('USAGE_STORE_ADDRESS_INVALID', 'the address of the store must begin with clickhouse://')
}
