type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array

/** A column of numbers whose length is not known yet. */
export interface Growing<Column extends Numbers> {
  push(value: number): void
  /** The column, without spare room. */
  column(): Column
}

/** Makes an empty column. It needs at most twice the bytes of the finished one, and never an object for each row. */
export function growing<Column extends Numbers>(Kind: new (length: number) => Column): Growing<Column> {
  let values = new Kind(1024)
  let length = 0
  return {
    push(value) {
      if (length === values.length) {
        const longer = new Kind(2 * length)
        longer.set(values)
        values = longer
      }
      values[length++] = value
    },
    column: () => values.slice(0, length) as Column,
  }
}

/** The values of a column in another order: the value of each row moves to `placeOf` of the row. */
export function moved<Column extends Numbers>(values: Column, placeOf: Uint32Array): Column {
  const result = values.slice() as Column
  for (let row = 0; row < values.length; row++) result[placeOf[row]!] = values[row]!
  return result
}
