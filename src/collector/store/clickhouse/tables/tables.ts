/**
 * Room `tables`: the tables of a store on ClickHouse, and how an older store becomes one of this program.
 *
 * A run is one row whose columns are minima and maxima, so any order and any number of copies from any number of
 * collectors make the same row. Other rows have a key and a version. Nothing is read before it is written. A table is
 * local to a server; in a cluster, a table with `_all` in its name reads and writes all shards.
 * Read next: `migrations.ts`, `columns.ts`, `prepare-tables.ts`.
 */
import {headerDdl, runHeaderDdl, toldDdl} from './columns.ts'

/** A table of the first version of the store. */
export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  /** An engine of the MergeTree family, and what it is given: a version column. */
  readonly engine: 'AggregatingMergeTree' | 'ReplacingMergeTree'
  readonly version?: string
  /** The key, which begins with what is asked for most. Rows with the same key become one. */
  readonly orderBy: string
  /** Default: not partitioned. It must follow from the key. */
  readonly partitionBy?: string
  /** Which shard gets a row. Default: that of the project. Rows with the same key must be on the same shard. */
  readonly shardBy?: string
}

const project = 'project LowCardinality(String)'
const int = (name: string): string => `${name} Int64 CODEC(Delta, ZSTD(1))`
/** The month of the time in an id; 1970-01 for ids without a time. */
const month = (ms: string): string => `toYYYYMM(fromUnixTimestamp64Milli(${ms}, 'UTC'))`
const flag = (name: string): string => `${name} SimpleAggregateFunction(max, UInt8)`
const least = (name: string): string => `${name} SimpleAggregateFunction(min, Int64) CODEC(Delta, ZSTD(1))`
const most = (name: string): string => `${name} SimpleAggregateFunction(max, Int64) CODEC(Delta, ZSTD(1))`

/**
 * All tables. `run_ms` and `event_ms` are the time in the id, Unix milliseconds, and 0 for an id without a time. `saved` is
 * when a row was written: the last one counts. Times are Unix milliseconds.
 */
export const tables: readonly Table[] = [
  {
    name: 'runs',
    columns: [
      ...[project, int('run_ms'), 'run UUID', runHeaderDdl(), ...toldDdl(), least('first_sign'), most('last_sign')],
      ...[flag('is_clamped'), flag('is_untold'), flag('is_test'), least('received')],
      'INDEX by_time first_sign TYPE minmax GRANULARITY 1',
    ],
    engine: 'AggregatingMergeTree',
    orderBy: 'project, run_ms, run',
    partitionBy: month('run_ms'),
    shardBy: 'cityHash64(run)',
  },
  {
    // Repeated starts, for the export only: what they tell is in `runs`.
    name: 'repeats',
    columns: [project, int('event_ms'), 'event UUID', 'run UUID', 'repeat UInt32', int('at'), int('received')],
    engine: 'ReplacingMergeTree',
    orderBy: 'project, event_ms, event',
    partitionBy: month('event_ms'),
    shardBy: 'cityHash64(run)',
  },
  {
    name: 'features',
    columns: [
      ...[project, int('event_ms'), 'event UUID', 'run Nullable(UUID)', 'type LowCardinality(String)'],
      ...['name LowCardinality(String)', int('at'), 'seconds Nullable(Float64)', 'timed Nullable(UInt64)'],
      // `timings` as base64 of `encodeTimings`, empty: none.
      ...['timings String', 'count UInt64', 'is_internal UInt8', 'is_clamped UInt8', 'details String', ...headerDdl()],
      ...[int('received'), 'row_version UInt64 CODEC(Delta, ZSTD(1))', 'INDEX by_time at TYPE minmax GRANULARITY 1'],
    ],
    engine: 'ReplacingMergeTree',
    version: 'row_version',
    orderBy: 'project, event_ms, event',
    partitionBy: month('event_ms'),
    shardBy: 'cityHash64(ifNull(run, event))',
  },
  {
    // Ends without a run, and days on which somebody used a feature without a run, where the uses are gone.
    name: 'lone',
    columns: [
      ...[project, int('event_ms'), 'event UUID', "kind Enum8('end' = 1, 'presence' = 2)", int('at')],
      ...['seconds Nullable(Float64)', 'exit_code Nullable(Int32)', 'signal Nullable(String)', 'fields String'],
      ...['is_clamped UInt8', ...headerDdl(), int('received'), 'row_version UInt64 CODEC(Delta, ZSTD(1))'],
    ],
    engine: 'ReplacingMergeTree',
    version: 'row_version',
    orderBy: 'project, event_ms, event',
    partitionBy: month('event_ms'),
    shardBy: 'cityHash64(event)',
  },
  {
    // Feature events, and values of stored events, that wait until their project file declares them.
    name: 'pending_events',
    columns: [
      ...[project, 'event UUID', 'run Nullable(UUID)', 'is_stored UInt8', int('received'), ...headerDdl()],
      // The event as JSON. Empty: it is no longer pending, and a later copy is not again.
      ...['content String CODEC(ZSTD(1))', 'row_version UInt64'],
    ],
    engine: 'ReplacingMergeTree',
    version: 'row_version',
    orderBy: 'project, event',
  },
  {
    // Counts by day. A block of reports has one id, so a block that is sent twice counts once.
    name: 'quality',
    columns: [project, 'day Date', 'counter LowCardinality(String)', 'block UUID', 'count Int64 CODEC(ZSTD(1))'],
    engine: 'ReplacingMergeTree',
    orderBy: 'project, day, counter, block',
    partitionBy: 'toYYYYMM(day)',
    shardBy: 'cityHash64(block)',
  },
  {
    // The different values that a project has. `first_day` is of the receipt; empty: imported.
    name: 'known_values',
    columns: [project, 'kind LowCardinality(String)', 'value String', 'first_day SimpleAggregateFunction(min, String)'],
    engine: 'AggregatingMergeTree',
    orderBy: 'project, kind, value',
  },
  saved('projects', ['file String'], 'project'),
  saved('sizes', ['day String', 'bytes Int64'], 'day', ''),
  // What is kept of deleted rows, as JSON. It names nobody.
  saved('run_totals', ['span String', 'facts String CODEC(ZSTD(1))'], 'project, span'),
  saved(
    'feature_totals',
    ['span String', 'use LowCardinality(String)', 'type String', 'name String', 'facts String CODEC(ZSTD(1))'],
    'project, span, use, type, name',
  ),
  // Before when single rows are gone. `what` is runs or features.
  saved('purges', ['what LowCardinality(String)', 'before_ms Int64', 'first_ms Nullable(Int64)'], 'project, what'),
  // The receipts that were given. An erasure that was stopped is not finished.
  saved(
    'erasures',
    ['receipt UUID', 'erased_at Int64', 'runs Int64', 'features Int64', 'is_finished UInt8'],
    'project, receipt',
  ),
  // The pseudonyms of the erasures of some days, for events that arrive later.
  saved('erased_users', ['user String', 'receipt UUID', 'erased_at Int64'], 'project, user, receipt'),
  // The stores of which an import has begun.
  saved('imported_stores', ['store String'], 'project, store'),
  // How much was erased at people's request, by the month that it belonged to.
  saved(
    'erased',
    ['month String', 'kind LowCardinality(String)', 'receipt UUID', 'count Int64'],
    'project, month, kind, receipt',
  ),
  saved('ended_projects', ['receipt UUID', 'ended_at Int64', 'runs Int64', 'features Int64'], 'receipt'),
]

/** A small table of which the last written row of a key counts. */
function saved(name: string, columns: readonly string[], orderBy: string, first = project): Table {
  return {
    name,
    columns: [...(first === '' ? [] : [first]), ...columns, 'saved Int64'],
    engine: 'ReplacingMergeTree',
    version: 'saved',
    orderBy,
  }
}
