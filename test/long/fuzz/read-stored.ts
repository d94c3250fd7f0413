import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

/** What the store of a collector that has stopped contains of a project. The check of the whole store must pass. */
export interface Stored {
  readonly events: number
  readonly pending: number
  /** Events of features by name. */
  readonly uses: readonly (readonly [name: string, events: number])[]
}

const sql = {
  events: `SELECT (SELECT count(start_event) + count(end_event) FROM runs WHERE project = :project)
    + (SELECT count(*) FROM features WHERE project = :project) + (SELECT count(*) FROM repeats WHERE project = :project)
    + (SELECT count(*) FROM unpaired_ends WHERE project = :project) AS count`,
  pending: 'SELECT count(*) AS count FROM pending_events WHERE project = :project AND is_stored = 0',
  uses: `SELECT name, count(*) AS count FROM features JOIN feature_names ON feature_names.id = feature
    WHERE features.project = :project GROUP BY name`,
}

export function readStored(dataDirectory: string, id: string): Stored {
  const database = new DatabaseSync(join(dataDirectory, 'usage.sqlite'), {readOnly: true})
  try {
    assert.deepEqual({...database.prepare('PRAGMA quick_check').get()}, {quick_check: 'ok'})
    const found = database.prepare('SELECT id FROM projects WHERE project = ?').get(id)
    const project = Number(found?.['id'] ?? -1)
    const count = (text: string): number => Number(database.prepare(text).get({project})?.['count'])
    const uses = database.prepare(sql.uses).all({project})
    return {
      events: count(sql.events),
      pending: count(sql.pending),
      uses: uses.map(row => [String(row['name']), Number(row['count'])]),
    }
  } finally {
    database.close()
  }
}
