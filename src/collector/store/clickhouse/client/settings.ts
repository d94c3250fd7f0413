/**
 * All settings of ClickHouse that this program relies on, because defaults differ by version and by server. They go with
 * every request. Source: https://clickhouse.com/docs/operations/settings/settings
 */
export const settings = {
  // Blocks are large already. An insert is answered when every shard has its rows.
  async_insert: 0,
  distributed_foreground_insert: 1,
  // Tables merge copies. The same rows are stored again after an erasure.
  insert_deduplicate: 0,
  // Old events are of many months, and each month is a part.
  max_partitions_per_insert_block: 1_000,
  // Half of the data is never an answer.
  skip_unavailable_shards: 0,
  // The month of a row is in its key, so rows with the same key are in one partition.
  do_not_merge_across_partitions_select_final: 1,
  distributed_product_mode: 'deny',
  // A question by day over years has thousands of instants.
  max_query_size: 10_000_000,
  group_by_use_nulls: 0,
  join_use_nulls: 0,
  transform_null_in: 0,
  session_timezone: 'UTC',
  // Tuples are arrays, integers are numbers, NaN and infinity are null.
  input_format_json_named_tuples_as_objects: 0,
  output_format_json_named_tuples_as_objects: 0,
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  // A deletion returns when every replica has deleted.
  mutations_sync: 2,
} as const

/** The settings of a request that is answered with its result, not with the beginning of one. */
export const wholeAnswer = {wait_end_of_query: 1} as const
