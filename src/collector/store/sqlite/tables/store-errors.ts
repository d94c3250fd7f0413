import {UsageError} from '../../../../errors.ts'

/** SQLite's primary result codes: the low byte of `errcode`. https://sqlite.org/rescode.html */
const codes = {busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26}

/**
 * Gives an error of SQLite the code of what happened: USAGE_COLLECTOR_BUSY if another program holds the lock,
 * USAGE_STORE_UNWRITABLE if the disk is full, failing or read-only, USAGE_STORE_DAMAGED if the file is damaged. Other
 * errors are returned unchanged. The message names no path, because a collector shows it to senders.
 */
export function nameStoreError(error: unknown): unknown {
  if (error instanceof UsageError) return error
  switch (resultCode(error)) {
    case codes.busy:
    case codes.locked:
      return new UsageError('USAGE_COLLECTOR_BUSY', 'another program holds the lock of the store', {cause: error})
    case codes.full:
      return unwritable('its disk or its quota is full', error)
    case codes.readOnly:
      return unwritable('it is read-only', error)
    case codes.ioError:
    case codes.cannotOpen:
      return unwritable('its disk reports an error', error)
    case codes.corrupt:
    case codes.notADatabase:
      return new UsageError('USAGE_STORE_DAMAGED', 'the file of the store is damaged', {cause: error})
    default:
      return error
  }
}

/** Whether an error, with or without a code, says that the store is held by another program for now. */
export const isBusy = (error: unknown): boolean =>
  error instanceof UsageError ? error.code === 'USAGE_COLLECTOR_BUSY' : resultCode(error) === codes.busy

const unwritable = (why: string, cause: unknown): UsageError =>
  new UsageError('USAGE_STORE_UNWRITABLE', `the store cannot be written: ${why}`, {cause})

function resultCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
}
