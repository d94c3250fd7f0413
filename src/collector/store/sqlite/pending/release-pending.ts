/**
 * Room `pending`: events and values that wait until their project file declares them.
 *
 * A sender's project file may be newer than the collector's. What the collector does not know yet is kept apart, in the
 * table `pending_events`: whole feature events, and undeclared values of stored events. After each reading of the
 * project files this room counts what is declared by now, and it deletes what nobody declared in time. Everything of a
 * person is found by its header, so erasure and access include it.
 * Read next: `../write/pending-events.ts`, which keeps events apart.
 */
import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {type PendingContent, releaseOf, valuesOf, withValues} from '../../rules/pending-content.ts'
import type {Store} from '../../store.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import type {KnownValues} from '../tables/known-values.ts'
import type {MonthMarks} from '../tables/month-marks.ts'
import type {PendingEvents} from '../write/pending-events.ts'
import type {PreparedStatements} from '../write/statements.ts'
import {addCounts, type WriteAdmitted} from '../write/writer.ts'
import {createValueAdder} from './add-values.ts'

/** Events of one transaction: some milliseconds, so that reports do not wait. */
const together = 500

const sql = {
  next: `
    SELECT event, header, received_at, is_stored, content FROM pending_events
    WHERE project = :project AND event > :after ORDER BY event LIMIT ${together}`,
  remove: 'DELETE FROM pending_events WHERE project = :project AND event = :event',
  keep: `
    UPDATE pending_events SET is_stored = 1, content = :content WHERE project = :project AND event = :event`,
  expired: `
    SELECT project, count(*) FILTER (WHERE is_stored = 0) AS events FROM pending_events
    WHERE received_at < :before AND (:name IS NULL OR project = (SELECT id FROM projects WHERE project = :name))
    GROUP BY project`,
  expire: 'DELETE FROM pending_events WHERE project = :project AND received_at < :before',
} as const

export interface ReleaseParts {
  readonly dictionary: Dictionary
  readonly marks: MonthMarks
  readonly statements: PreparedStatements
  readonly pending: PendingEvents
  readonly writeAdmitted: WriteAdmitted
  readonly knownValues: KnownValues
}

interface Row {
  readonly project: number
  readonly event: Uint8Array
  readonly header: number
  readonly receivedAtMs: number
  readonly isStored: boolean
  readonly content: PendingContent
}

/** Makes the functions that end the waiting. Only the process that writes the database may call them. */
export function createReleaser(
  database: Database,
  parts: ReleaseParts,
): Pick<Store, 'releasePending' | 'expirePending'> {
  const addValues = createValueAdder(database, parts)
  const change = <T>(work: () => T): T => {
    try {
      return inTransaction(database, work)
    } catch (error) {
      parts.dictionary.forget()
      parts.marks.forget()
      parts.knownValues.forget()
      throw error
    } finally {
      parts.pending.forget()
    }
  }

  /** True if something of the event is counted now. */
  function release(file: ProjectFile, row: Row): boolean {
    const admits = (kind: string, value: string): boolean =>
      parts.knownValues.admit(row.project, kind, value, row.receivedAtMs, true)
    const found = releaseOf(file, row.content, row.isStored, admits)
    if (found === null) return false
    const {event, left} = found
    parts.dictionary.noteHeader(row.header)
    if (row.isStored) addValues(row, valuesOf(event))
    else parts.writeAdmitted(row, {...row.content, event, undeclaredFields: Object.keys(left).length})
    settle(row, left)
    return true
  }

  /** Keeps the values that are still undeclared, or removes the row. */
  function settle({project, event, content}: Row, left: FieldValues): void {
    if (Object.keys(left).length === 0) database.prepare(sql.remove).run({project, event})
    else {
      const text = JSON.stringify({...content, event: withValues(content.event, left)})
      database.prepare(sql.keep).run({project, event, content: text})
    }
  }

  return {
    async releasePending(file) {
      let released = 0
      for (let after: Uint8Array | null = new Uint8Array(); after !== null; ) {
        const from: Uint8Array = after
        after = change(() => {
          const project = parts.dictionary.projectId(file.project)
          const rows = database
            .prepare(sql.next)
            .all({project, after: from})
            .map(row => readRow(project, row))
          for (const row of rows) released += Number(release(file, row))
          parts.marks.flush()
          return rows.length < together ? null : rows.at(-1)!.event
        })
        if (after !== null) await new Promise(setImmediate)
      }
      return released
    },
    async expirePending(name, beforeMs, nowMs) {
      return change(() => {
        let expired = 0
        for (const {project, events} of database.prepare(sql.expired).all({name, before: beforeMs})) {
          database.prepare(sql.expire).run({project: Number(project), before: beforeMs})
          addCounts(parts.statements, Number(project), {refused: Number(events)}, nowMs)
          expired += Number(events)
        }
        return expired
      })
    },
  }
}

function readRow(project: number, row: Record<string, unknown>): Row {
  return {
    project,
    event: row['event'] as Uint8Array,
    header: Number(row['header']),
    receivedAtMs: Number(row['received_at']),
    isStored: row['is_stored'] === 1,
    content: JSON.parse(String(row['content'])) as PendingContent,
  }
}
