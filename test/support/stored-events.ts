import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

/** The ids of all events in a collector's store, as 32 hex digits. Duplicates are not removed. */
export function storedEvents(dataDirectory: string): string[] {
  const database = new DatabaseSync(join(dataDirectory, 'usage.sqlite'), {readOnly: true})
  try {
    const rows = database
      .prepare(
        `SELECT lower(hex(start_event)) AS id FROM runs WHERE start_event IS NOT NULL
        UNION ALL SELECT lower(hex(end_event)) FROM runs WHERE end_event IS NOT NULL
        UNION ALL SELECT lower(hex(event)) FROM features UNION ALL SELECT lower(hex(event)) FROM unpaired_ends`,
      )
      .all()
    return rows.map(row => String(row['id']))
  } finally {
    database.close()
  }
}
