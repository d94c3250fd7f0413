import {type HeaderColumn, headerColumns} from '../../../../protocol/report/header-columns.ts'

/** The receipt of what was not told. Any real one is earlier. */
export const neverMs = Number.MAX_SAFE_INTEGER
export const noId = '00000000-0000-0000-0000-000000000000'

/** The end of 2248. Later receipts have no version. */
const lastMs = 2 ** 43
/** The most values that may be added to an event later. */
const maxAdded = 2 ** 10 - 1

/**
 * The version of a row of `features`, `lone` and `pending_events`: of several rows of an event, the one with the largest version counts. It
 * is that of the first receipt, with the most values that were added later. An integer below 2^53. Pure.
 */
export const versionOf = (receivedMs: number, added = 0): number =>
  (lastMs - receivedMs) * (maxAdded + 1) + Math.min(added, maxAdded)

/** What every row of an event has besides: the values of its header. */
const manyValues: readonly HeaderColumn[] = ['user', 'host', 'commit']

/** Columns of headers, as text. Kinds with few different values are numbered by the server. */
export const headerDdl = (columns: readonly HeaderColumn[] = headerColumns): readonly string[] =>
  columns.map(name =>
    manyValues.includes(name)
      ? `${name} Nullable(String) CODEC(ZSTD(1))`
      : `${name} LowCardinality(Nullable(String)) CODEC(ZSTD(1))`,
  )

/**
 * The header of a run: that of the event with the smallest rank, then of the earliest, then of the first received.
 * Elements are read with `identity(header)` in a subquery, see `docs/decisions/0195-tables-of-clickhouse.md`.
 */
export const runHeaderDdl = (): string =>
  `header SimpleAggregateFunction(min, Tuple(rank UInt8, at Int64, received Int64, ${headerColumns
    .map(name => `${name} Nullable(String)`)
    .join(', ')})) CODEC(ZSTD(1))`

/** More elements of what an end tells. */
const ofEnds = ['seconds Nullable(Float64)', 'exit_code Nullable(Int32)', 'signal Nullable(String)']
const ofStarts = ['script Nullable(String)']

/**
 * What a start, a repeat or an end tells. Of several, the first that was received counts, then the one with the smallest
 * id. `added` is the negative number of values that were added later, so the row with the most of them counts.
 */
const told = (name: string, more: readonly string[]): string =>
  `${name} SimpleAggregateFunction(min, Tuple(received Int64, event UUID, added Int32, at Int64, fields String, ${more.join(', ')}))
    DEFAULT (${neverMs}, toUUID('${noId}'), 0, 0, '', ${more.map(() => 'NULL').join(', ')}) CODEC(ZSTD(1))`

export const toldDdl = (): readonly string[] => [told('start', ofStarts), told('again', ofStarts), told('end', ofEnds)]
