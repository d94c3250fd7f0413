import type {FieldFilter} from '../../../../../stats/model/filters.ts'
import type {Month} from '../../columns/column-cache.ts'
import {type RunColumns, sizeOf, unpackNames} from '../../columns/columns.ts'
import type {Memory} from '../../columns/read-cache.ts'

interface KeptSelection {
  readonly state: string
  readonly columns: RunColumns
}

/** The months with only the runs in which a field has a value. Events without a run are left out: they have no fields. */
export function withFieldValue(
  months: readonly Month<RunColumns>[],
  filter: FieldFilter,
  {memory, project}: {readonly memory: Memory; readonly project: number},
): Month<RunColumns>[] {
  return months.map(month => {
    const key = `runs ${project} ${month.fromMs} ${filter.name}=${filter.value}`
    const columns = (): RunColumns => {
      const before = memory.get<KeptSelection>(key)
      if (before?.state === month.state) return before.columns
      const selected = select(month.columns(), filter)
      memory.keep(key, {state: month.state, columns: selected} satisfies KeptSelection, sizeOf(selected))
      return selected
    }
    return {...month, columns}
  })
}

/** Columns with only the runs in which a field has a value. */
function select(columns: RunColumns, filter: FieldFilter): RunColumns {
  const rows = rowsWith(columns, filter)
  const placeOf = new Int32Array(columns.at.length).fill(-1)
  for (const [place, row] of rows.entries()) placeOf[row] = place
  const pick = <Column extends Uint8Array | Uint32Array | Int32Array | Float64Array>(column: Column): Column => {
    const picked = column.slice(0, rows.length) as Column
    for (const [place, row] of rows.entries()) picked[place] = column[row]!
    return picked
  }
  const pickField = <Field extends {readonly row: Uint32Array; readonly value: Uint32Array | Float64Array}>(
    fields: Readonly<Record<string, Field>>,
  ): Record<string, Field> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        const isPicked = (_: number, index: number): boolean => placeOf[field.row[index]!]! >= 0
        const row = field.row.filter(isPicked).map(one => placeOf[one]!)
        return [name, {...field, row, value: field.value.filter(isPicked)}]
      }),
    )
  return {
    ...columns,
    at: pick(columns.at),
    header: pick(columns.header),
    result: pick(columns.result),
    seconds: pick(columns.seconds),
    lastSignAt: pick(columns.lastSignAt),
    exit: pick(columns.exit),
    script: pick(columns.script),
    numbers: pickField(columns.numbers),
    values: pickField(columns.values),
    lone: {at: new Uint32Array(), header: new Int32Array(), what: new Uint8Array()},
  }
}

/** The rows in which a field has a value, ascending. */
function rowsWith({numbers, values}: RunColumns, {name, value, number}: FieldFilter): Uint32Array {
  const ofNumbers = numbers[name]
  const ofValues = values[name]
  const names = ofValues === undefined ? [] : unpackNames(ofValues)
  const isNamed = names.map(one => String(one) === value)
  const rows = [
    ...(ofNumbers?.row.filter((_, index) => ofNumbers.value[index] === number) ?? []),
    ...(ofValues?.row.filter((_, index) => isNamed[ofValues.value[index]!]) ?? []),
  ]
  return Uint32Array.from(rows).sort()
}
