import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

/** The number of uses of features in a collector's store: the sum of the counts of all feature events. */
export function storedUses(dataDirectory: string): number {
  const database = new DatabaseSync(join(dataDirectory, 'usage.sqlite'), {readOnly: true})
  try {
    return Number(database.prepare('SELECT coalesce(sum(count), 0) AS uses FROM features').get()?.['uses'])
  } finally {
    database.close()
  }
}
