import {packNames, type Value, type ValueColumn} from './columns.ts'
import {type Growing, growing} from './growing.ts'
import {type Numbering, numbering} from './numbering.ts'

/** Collects the values of fields or details, by name. */
export interface ValueColumns {
  add(row: number, name: string, value: Value): void
  /** The columns. `placeOf` is the new index of each row; absent: rows stay where they are. */
  columns(placeOf?: Uint32Array): Record<string, ValueColumn>
}

interface Collected {
  readonly row: Growing<Uint32Array>
  readonly value: Growing<Uint32Array>
  readonly names: Numbering<Value, Value>
}

export function collectValues(): ValueColumns {
  const all = new Map<string, Collected>()
  return {
    add(row, name, value) {
      const column = all.get(name) ?? {row: growing(Uint32Array), value: growing(Uint32Array), names: numbering()}
      all.set(name, column)
      column.row.push(row)
      column.value.push(column.names.numberOf(value, () => value))
    },
    columns: placeOf =>
      Object.fromEntries(
        [...all].map(([name, {row, value, names}]) => [
          name,
          {...sorted(row.column(), value.column(), placeOf), packedNames: packNames(names.values)},
        ]),
      ),
  }
}

/** Moves rows, and sorts them. */
function sorted(row: Uint32Array, value: Uint32Array, placeOf?: Uint32Array): Pick<ValueColumn, 'row' | 'value'> {
  if (placeOf === undefined) return {row, value}
  const order = row.map((_, place) => place).sort((a, b) => placeOf[row[a]!]! - placeOf[row[b]!]!)
  return {row: order.map(place => placeOf[row[place]!]!), value: order.map(place => value[place]!)}
}
