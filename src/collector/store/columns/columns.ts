/**
 * Room `columns`: one month of a project as typed arrays.
 *
 * Reading a million rows takes seconds, reading a column of numbers milliseconds. A month is read from the tables once
 * (`read-columns.ts`), kept in memory within one budget and in files beside the store (`column-files.ts`), and read anew when
 * its mark says that it has changed. The files are a cache with a checksum: deleting them costs time only.
 * Read next: `column-cache.ts`.
 */

/**
 * One calendar month (UTC) of a project as columns of numbers: what questions about runs and people need, row after row
 * of the same place. Nothing in them names anybody: headers are numbers of the store, scripts and runs are digests.
 */
export interface RunColumns {
  readonly kind: 'runs'
  /** Milliseconds since the month began, ascending. */
  readonly at: Uint32Array
  readonly header: Int32Array
  /** A place in `results`. */
  readonly result: Uint8Array
  /** Not a number where it is not known. */
  readonly seconds: Float64Array
  readonly lastSignAt: Float64Array
  /** A place in `exits`, -1 for none; and of the script in `scripts`. */
  readonly exit: Int32Array
  readonly exits: readonly Exit[]
  readonly script: Int32Array
  readonly scripts: readonly string[]
  /** Values of fields, with the row that has them. */
  readonly numbers: Readonly<Record<string, {readonly row: Uint32Array; readonly value: Float64Array}>>
  readonly values: Readonly<Record<string, ValueColumn>>
  /** What tells of people and has no run. */
  readonly lone: LoneColumns
}

export interface Exit {
  readonly exitCode: number | null
  readonly signal: string | null
}

export interface ValueColumn {
  readonly row: Uint32Array
  /** A place in `names`. */
  readonly value: Uint32Array
  readonly names: readonly (string | boolean)[]
}

export interface LoneColumns {
  readonly at: Uint32Array
  readonly header: Int32Array
  /** A place in `loneKinds`. */
  readonly what: Uint8Array
}

/** Features and ends that no run was found for, and the days of people whose uses of features are gone. */
export const loneKinds = ['feature', 'end', 'presence'] as const

export const results = ['open', 'ok', 'failed', 'signal', 'unknown'] as const

/** Uses of features in a month, those of one feature together. */
export interface FeatureColumns {
  readonly kind: 'features'
  /** Numbers of features in the store, and where the rows of each begin; one more place for the end of the last. */
  readonly features: Int32Array
  readonly begins: Uint32Array
  readonly at: Uint32Array
  readonly header: Int32Array
  /** Numbers of runs within the month, -1 for none. */
  readonly run: Int32Array
  readonly runs: number
  readonly count: Float64Array
  readonly isInternal: Uint8Array
  /** Not a number where it is not known. */
  readonly seconds: Float64Array
  /** Digests of the runs that may have uses in other months too. */
  readonly crossing: ReadonlyMap<number, string>
}

/** What the objects of a month take that has no rows, in bytes. */
const emptyBytes = 3_000

/** Bytes that columns take in memory, about. */
export function sizeOf(columns: RunColumns | FeatureColumns): number {
  if (columns.kind === 'features')
    return emptyBytes + 8 * columns.features.length + 200 * columns.crossing.size + 29 * columns.at.length
  const {at, scripts, exits, lone, numbers, values} = columns
  const fields = [...Object.values(numbers), ...Object.values(values)].map(({row}) => 500 + 12 * row.length)
  const names = Object.values(values).map(one => one.names.reduce((sum: number, name) => sum + bytesOfName(name), 0))
  return sumOf([
    emptyBytes,
    60 * at.length,
    100 * (scripts.length + exits.length),
    9 * lone.at.length,
    ...fields,
    ...names,
  ])
}

const bytesOfName = (name: string | boolean): number => (typeof name === 'string' ? 32 + 2 * name.length : 8)

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
