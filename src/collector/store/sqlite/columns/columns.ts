/**
 * Room `columns`: one month of a project as typed arrays.
 *
 * Reading a million rows takes seconds, reading a column of numbers milliseconds. A month is read from the tables once
 * (`read-columns.ts`). It is kept in memory within one budget, and in files beside the store (`column-files.ts`), until
 * its mark changes. The files are a cache with checksums: deleting them only costs time.
 * Read next: `column-cache.ts`.
 */
import {deserialize, serialize} from 'node:v8'

/**
 * The runs of one calendar month (UTC) of a project, as columns. The same index in each column is the same run. They
 * contain no pseudonyms: headers are ids of the store, scripts are digests.
 */
export interface RunColumns {
  readonly kind: 'runs'
  /** Milliseconds since the month began, ascending. */
  readonly at: Uint32Array
  readonly header: Int32Array
  /** An index of `results`. */
  readonly result: Uint8Array
  /** NaN if unknown. */
  readonly seconds: Float64Array
  /** Unix milliseconds. */
  readonly lastSignAt: Float64Array
  /** An index of `exits`, -1 for none. */
  readonly exit: Int32Array
  readonly exits: readonly Exit[]
  /** An index of `scripts`, -1 for none. */
  readonly script: Int32Array
  readonly scripts: readonly string[]
  /** The values of each field, and the rows that have them. */
  readonly numbers: Readonly<Record<string, {readonly row: Uint32Array; readonly value: Float64Array}>>
  readonly values: Readonly<Record<string, ValueColumn>>
  /** Events of people that have no run. */
  readonly lone: LoneColumns
}

export interface Exit {
  readonly exitCode: number | null
  readonly signal: string | null
}

export interface ValueColumn {
  readonly row: Uint32Array
  /** An index of the names. */
  readonly value: Uint32Array
  /** The different values, packed: most questions need none, and texts may need more memory than all other columns. */
  readonly packedNames: Uint8Array
}

/** A value of a field or a detail. Numbers of fields have columns of their own. */
export type Value = string | boolean | number

export const packNames = (names: readonly Value[]): Uint8Array => serialize(names)

export const unpackNames = <Some extends Value = string | boolean>({packedNames}: ValueColumn): readonly Some[] =>
  deserialize(packedNames)

export interface LoneColumns {
  readonly at: Uint32Array
  readonly header: Int32Array
  /** An index of `loneKinds`. */
  readonly what: Uint8Array
}

/** Features and ends without a run, and days of people whose uses of features are purged. */
export const loneKinds = ['feature', 'end', 'presence'] as const

export const results = ['open', 'ok', 'failed', 'signal', 'unknown'] as const

/** The uses of features in one calendar month (UTC), sorted by feature. */
export interface FeatureColumns {
  readonly kind: 'features'
  /** The ids of features in the store. */
  readonly features: Int32Array
  /** The first row of each feature, and at the end the number of all rows. */
  readonly begins: Uint32Array
  /** Milliseconds since the month began. */
  readonly at: Uint32Array
  readonly header: Int32Array
  /** A number of the run within the month, -1 for none. */
  readonly run: Int32Array
  /** The different runs. */
  readonly runs: RunEnds
  readonly count: Float64Array
  readonly isInternal: Uint8Array
  /** The sum of the known durations of the event. NaN if none is known. */
  readonly seconds: Float64Array
  /** How many uses of the event have a known duration. */
  readonly timed: Float64Array
  /** The values of each detail, and the rows that have them, ascending. */
  readonly details: Readonly<Record<string, ValueColumn>>
  /** The histograms of events with several durations. */
  readonly timings: TimingsColumn
  /** By the number of a run: the digests of runs that may have uses in other months too. */
  readonly crossing: ReadonlyMap<number, string>
}

/** The runs of a month in which features were used. The index is the number of a run. */
export interface RunEnds {
  /** The id of its header. -1: the store does not have the run, or it is a test. */
  readonly header: Int32Array
  /** An index of `results`. */
  readonly result: Uint8Array
  /** An index of `exits`, -1 for none. */
  readonly exit: Int32Array
  readonly exits: readonly Exit[]
  /** Unix milliseconds. */
  readonly lastSignAt: Float64Array
}

/** Histograms as the store keeps them (`../tables/timings-blob.ts`), one after the other, in the order of their rows. */
export interface TimingsColumn {
  readonly row: Uint32Array
  /** Where each begins in `bytes`, and at the end the number of bytes. */
  readonly begins: Uint32Array
  readonly bytes: Uint8Array
}

/** The approximate bytes of a month without rows. */
const emptyBytes = 3_000

/** The approximate bytes of columns in memory. */
export function sizeOf(columns: RunColumns | FeatureColumns): number {
  if (columns.kind === 'features') {
    const {features, crossing, at, timings, runs, details} = columns
    const ofTimings = 8 * timings.row.length + timings.bytes.length
    return (
      emptyBytes +
      8 * features.length +
      200 * crossing.size +
      37 * at.length +
      ofTimings +
      bytesOfEnds(runs) +
      bytesOfValues(details)
    )
  }
  const {at, scripts, exits, lone, numbers, values} = columns
  const ofNumbers = Object.values(numbers).map(({row}) => 500 + 12 * row.length)
  return sumOf([
    emptyBytes,
    60 * at.length,
    100 * (scripts.length + exits.length),
    9 * lone.at.length,
    ...ofNumbers,
    bytesOfValues(values),
  ])
}

const bytesOfValues = (values: RunColumns['values']): number =>
  sumOf(Object.values(values).map(({row, packedNames}) => 500 + 12 * row.length + packedNames.length))

/** The approximate bytes of the ends of runs in memory. */
export const bytesOfEnds = ({header, exits}: RunEnds): number => 17 * header.length + 100 * exits.length

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
