import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import type {PendingContent} from '../../rules/pending-content.ts'
import type {Database, Statement} from '../tables/database.ts'
import type {MonthMarks} from '../tables/month-marks.ts'
import type {PreparedStatements} from '../write/statements.ts'
import {addCounts} from '../write/writer.ts'

/** A stored event whose values are added. */
export interface StoredEvent {
  readonly project: number
  readonly event: Uint8Array
  readonly receivedAtMs: number
  readonly content: PendingContent
}

const lived = 'RETURNING first_sign_at AS firstMs, last_sign_at AS lastMs'
const added = (column: string): string => `${column} = json_patch(coalesce(${column}, '{}'), :values)`

/** Each adds values to the row that has the other values of the event. No row is changed if it was deleted since. */
const sql = {
  start: `UPDATE runs SET ${added('start_fields')} WHERE project = :project AND run = :run AND start_event = :event ${lived}`,
  // A repeat has the content of its start, and replaces a start that never arrived.
  repeat: `
    UPDATE runs SET ${added('start_fields')}
    WHERE project = :project AND run = :run AND start_event IS NULL AND :event IS NOT NULL ${lived}`,
  end: `UPDATE runs SET ${added('end_fields')} WHERE project = :project AND run = :run AND end_event = :event ${lived}`,
  unpairedEnd: `
    UPDATE unpaired_ends SET ${added('fields')} WHERE project = :project AND event = :event
    RETURNING ended_at AS firstMs, ended_at AS lastMs`,
  feature: `
    UPDATE features SET ${added('details')} WHERE project = :project AND event = :event
    RETURNING used_at AS firstMs, used_at AS lastMs`,
} as const

/**
 * Makes the function that adds values to a stored event. The values are no longer counted as undeclared on the day of
 * the receipt. Call it inside a transaction.
 */
export function createValueAdder(
  database: Database,
  {marks, statements}: {readonly marks: MonthMarks; readonly statements: PreparedStatements},
): (stored: StoredEvent, values: FieldValues) => void {
  const prepared = Object.fromEntries(
    Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
  ) as Record<keyof typeof sql, Statement>
  return ({project, event, receivedAtMs, content}, values) => {
    const kind = kindOf(content)
    const {run} = content.event
    const keys = kind === 'feature' || kind === 'unpairedEnd' ? {} : {run: Buffer.from(run!.replaceAll('-', ''), 'hex')}
    const row = prepared[kind].get({project, event, values: JSON.stringify(values), ...keys})
    if (row === undefined) return
    marks.touch(project, Number(row['firstMs']), Number(row['lastMs']))
    addCounts(statements, project, {'undeclared-fields': -Object.keys(values).length}, receivedAtMs)
  }
}

function kindOf({event}: PendingContent): keyof typeof sql {
  if (event.type === 'feature') return 'feature'
  if (event.type === 'end') return event.run === null ? 'unpairedEnd' : 'end'
  return event.repeat === 0 ? 'start' : 'repeat'
}
