import {collectorLimits} from '../../../limits.ts'
import {type Database, truncateLog, whenFree} from '../tables/database.ts'

/** Pages that one transaction gives back: a megabyte, in some milliseconds. */
const pagesAtOnce = 256
/** Free pages that stay for the next events: a twentieth of the store. */
const keptShare = 1 / 20

const incremental = 2

const numberOf = (database: Database, pragma: string): number =>
  Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])

/**
 * Lets a store give free pages back later. A new store needs it before its first table. An older one is rewritten, which
 * blocks the thread: a second for 100 MB, and as many bytes of disk.
 */
export function allowGivingBack(database: Database): void {
  if (numberOf(database, 'auto_vacuum') === incremental) return
  database.exec(`PRAGMA auto_vacuum=${incremental}`)
  if (numberOf(database, 'page_count') > 1) database.exec('VACUUM')
}

/** Whether an older store is small enough to be rewritten while a collector starts. */
export const isSmall = (database: Database): boolean =>
  numberOf(database, 'page_count') * numberOf(database, 'page_size') <= collectorLimits.maxBytesRewritten

/**
 * Gives free pages back to the file system, in pieces. Between two pieces the thread is free, so reports are written.
 * Resolves to the number of bytes. Does nothing for an older store that was not rewritten.
 */
export async function giveBack(database: Database, isStopped: () => boolean | Promise<boolean>): Promise<number> {
  if (numberOf(database, 'auto_vacuum') !== incremental) return 0
  let pages = 0
  while (database.isOpen && !(await isStopped())) {
    const free = numberOf(database, 'freelist_count')
    if (free <= Math.max(pagesAtOnce, numberOf(database, 'page_count') * keptShare)) break
    const count = Math.min(pagesAtOnce, free)
    await whenFree(() => database.exec(`PRAGMA incremental_vacuum(${count})`))
    pages += count
    await new Promise(setImmediate)
  }
  // The file becomes smaller when the log is moved into it. A reader may delay that until the next checkpoint.
  if (pages > 0) truncateLog(database)
  return pages * numberOf(database, 'page_size')
}
