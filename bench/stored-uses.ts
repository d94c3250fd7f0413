import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

/** The uses of features in a collector's store: an event counts as many as it says. */
export function storedUses(dataDirectory: string): number {
  const database = new DatabaseSync(join(dataDirectory, 'usage.sqlite'), {readOnly: true})
  try {
    return Number(database.prepare('SELECT coalesce(sum(count), 0) AS uses FROM features').get()?.['uses'])
  } finally {
    database.close()
  }
}
