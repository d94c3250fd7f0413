import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {type PendingContent, valuesOf} from '../../rules/pending-content.ts'
import type {ClickHouse} from '../client/client.ts'
import {idMs, rowColumns, toJson} from './rows.ts'

/** A stored event, and values that it gets in addition. */
export interface Addition {
  readonly event: PendingContent['event']
  readonly values: FieldValues
}

type Row = Record<string, unknown>
type Table = 'runs' | 'features' | 'lone'

/**
 * Adds values to stored events: each gets a new row with all its values, which counts because more were added to it.
 * Resolves to the ids of the events that are still there. Adding the same values again changes nothing.
 */
export async function addValues(
  clickhouse: ClickHouse,
  project: string,
  additions: readonly Addition[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const byTable = Map.groupBy(additions, ({event}): Table => tableOf(event))
  for (const [table, some] of byTable) {
    const rows = await findRows(clickhouse, project, table, some)
    const lines: string[] = []
    for (const {event, values} of some) {
      const row = rows.get(keyOf(event))
      const changed = row && (table === 'runs' ? addToRun(row, event, values) : addToRow(row, table, values))
      if (!changed) continue
      found.add(event.id)
      lines.push(JSON.stringify(rowColumns[table].map(column => changed[column])))
    }
    await clickhouse.post(clickhouse.tableOf(table), rowColumns[table], lines)
  }
  return found
}

const tableOf = (event: Addition['event']): Table =>
  event.type === 'feature' ? 'features' : event.run === null ? 'lone' : 'runs'

/** The id of the row of an event: that of its run, or its own. */
const keyOf = (event: Addition['event']): string =>
  event.type === 'feature' || event.run === null ? event.id : event.run

async function findRows(
  clickhouse: ClickHouse,
  project: string,
  table: Table,
  additions: readonly Addition[],
): Promise<ReadonlyMap<string, Row>> {
  const ids = [...new Set(additions.map(({event}) => keyOf(event)))]
  const [key, time] = table === 'runs' ? ['run', 'run_ms'] : ['event', 'event_ms']
  const rows = await clickhouse.ask<Row>(
    `stored ${table}`,
    `SELECT ${rowColumns[table].join(', ')} FROM ${clickhouse.tableOf(table)} FINAL
     WHERE project = {project:String} AND ${time} IN {times:Array(Int64)} AND ${key} IN {ids:Array(UUID)}`,
    {project, ids, times: [...new Set(ids.map(idMs))]},
  )
  return new Map(rows.map(row => [String(row[key]), row]))
}

/** Adds to the details of a feature, or to the fields of an end without a run. */
function addToRow(row: Row, table: Table, values: FieldValues): Row {
  const column = table === 'features' ? 'details' : 'fields'
  const version = Number(row['row_version']) + Object.keys(values).length
  return {...row, [column]: merge(row[column], values), row_version: version}
}

/** The places of a told tuple, see `../tables/columns.ts`. */
const [idPlace, addedPlace, fieldsPlace] = [1, 2, 4]

/** Adds to what the event told about its run. Null if the run has the content of another event. */
function addToRun(row: Row, event: Addition['event'], values: FieldValues): Row | null {
  const column = event.type === 'end' ? 'end' : event.type === 'start' && event.repeat === 0 ? 'start' : 'again'
  const told = row[column] as readonly unknown[]
  if (told[idPlace] !== event.id) return null
  const added = Number(told[addedPlace]) - Object.keys(values).length
  const fields = merge(told[fieldsPlace], values)
  return {...row, [column]: told.with(addedPlace, added).with(fieldsPlace, fields)}
}

const merge = (json: unknown, values: FieldValues): string =>
  toJson({...(JSON.parse(String(json) || '{}') as FieldValues), ...values})

/** The names of values as text, for the id of their counters. */
export const namesOf = (event: Addition['event']): string => Object.keys(valuesOf(event)).sort().join('\n')
