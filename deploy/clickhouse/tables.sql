-- The tables of a store on ClickHouse with replicated shards, as a collector makes them on every server:
--   usage collect --store 'clickhouse://USER:PASSWORD@HOST:8123/usage?cluster=usage'
-- Made from src/collector/store/clickhouse/tables by `npm run generate`. For reading: collectors make the tables themselves.
-- Each server needs the macros {shard} and {replica}, and Keeper or ZooKeeper.

CREATE DATABASE IF NOT EXISTS usage;

CREATE TABLE IF NOT EXISTS usage.runs (project LowCardinality(String), run_ms Int64 CODEC(Delta, ZSTD(1)), run UUID, header SimpleAggregateFunction(min, Tuple(rank UInt8, at Int64, received Int64, user Nullable(String), host Nullable(String), application Nullable(String), version Nullable(String), commit Nullable(String), component Nullable(String), os_name Nullable(String), os_version Nullable(String), os_arch Nullable(String), os_readable Nullable(String), ci Nullable(String), agent Nullable(String), scheduler Nullable(String), period Nullable(String), is_new_secret Nullable(String))) CODEC(ZSTD(1)), start SimpleAggregateFunction(min, Tuple(received Int64, event UUID, added Int32, at Int64, fields String, script Nullable(String)))
  DEFAULT (9007199254740991, toUUID('00000000-0000-0000-0000-000000000000'), 0, 0, '', NULL) CODEC(ZSTD(1)), again SimpleAggregateFunction(min, Tuple(received Int64, event UUID, added Int32, at Int64, fields String, script Nullable(String)))
  DEFAULT (9007199254740991, toUUID('00000000-0000-0000-0000-000000000000'), 0, 0, '', NULL) CODEC(ZSTD(1)), end SimpleAggregateFunction(min, Tuple(received Int64, event UUID, added Int32, at Int64, fields String, seconds Nullable(Float64), exit_code Nullable(Int32), signal Nullable(String)))
  DEFAULT (9007199254740991, toUUID('00000000-0000-0000-0000-000000000000'), 0, 0, '', NULL, NULL, NULL) CODEC(ZSTD(1)), first_sign SimpleAggregateFunction(min, Int64) CODEC(Delta, ZSTD(1)), last_sign SimpleAggregateFunction(max, Int64) CODEC(Delta, ZSTD(1)), is_clamped SimpleAggregateFunction(max, UInt8), is_untold SimpleAggregateFunction(max, UInt8), is_test SimpleAggregateFunction(max, UInt8), received SimpleAggregateFunction(min, Int64) CODEC(Delta, ZSTD(1)), INDEX by_time first_sign TYPE minmax GRANULARITY 1)
  ENGINE = ReplicatedAggregatingMergeTree('/usage/{shard}/usage/runs', '{replica}') PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(run_ms, 'UTC'))
  ORDER BY (project, run_ms, run) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.runs_all AS usage.runs
  ENGINE = Distributed('usage', 'usage', 'runs', cityHash64(run));

CREATE TABLE IF NOT EXISTS usage.repeats (project LowCardinality(String), event_ms Int64 CODEC(Delta, ZSTD(1)), event UUID, run UUID, repeat UInt32, at Int64 CODEC(Delta, ZSTD(1)), received Int64 CODEC(Delta, ZSTD(1)))
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/repeats', '{replica}') PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(event_ms, 'UTC'))
  ORDER BY (project, event_ms, event) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.repeats_all AS usage.repeats
  ENGINE = Distributed('usage', 'usage', 'repeats', cityHash64(run));

CREATE TABLE IF NOT EXISTS usage.features (project LowCardinality(String), event_ms Int64 CODEC(Delta, ZSTD(1)), event UUID, run Nullable(UUID), type LowCardinality(String), name LowCardinality(String), at Int64 CODEC(Delta, ZSTD(1)), seconds Nullable(Float64), timed Nullable(UInt64), timings String, count UInt64, is_internal UInt8, is_clamped UInt8, details String, user Nullable(String) CODEC(ZSTD(1)), host Nullable(String) CODEC(ZSTD(1)), application LowCardinality(Nullable(String)) CODEC(ZSTD(1)), version LowCardinality(Nullable(String)) CODEC(ZSTD(1)), commit Nullable(String) CODEC(ZSTD(1)), component LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_name LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_version LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_arch LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_readable LowCardinality(Nullable(String)) CODEC(ZSTD(1)), ci LowCardinality(Nullable(String)) CODEC(ZSTD(1)), agent LowCardinality(Nullable(String)) CODEC(ZSTD(1)), scheduler LowCardinality(Nullable(String)) CODEC(ZSTD(1)), period LowCardinality(Nullable(String)) CODEC(ZSTD(1)), is_new_secret LowCardinality(Nullable(String)) CODEC(ZSTD(1)), received Int64 CODEC(Delta, ZSTD(1)), row_version UInt64 CODEC(Delta, ZSTD(1)), INDEX by_time at TYPE minmax GRANULARITY 1)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/features', '{replica}', row_version) PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(event_ms, 'UTC'))
  ORDER BY (project, event_ms, event) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.features_all AS usage.features
  ENGINE = Distributed('usage', 'usage', 'features', cityHash64(ifNull(run, event)));

CREATE TABLE IF NOT EXISTS usage.lone (project LowCardinality(String), event_ms Int64 CODEC(Delta, ZSTD(1)), event UUID, kind Enum8('end' = 1, 'presence' = 2), at Int64 CODEC(Delta, ZSTD(1)), seconds Nullable(Float64), exit_code Nullable(Int32), signal Nullable(String), fields String, is_clamped UInt8, user Nullable(String) CODEC(ZSTD(1)), host Nullable(String) CODEC(ZSTD(1)), application LowCardinality(Nullable(String)) CODEC(ZSTD(1)), version LowCardinality(Nullable(String)) CODEC(ZSTD(1)), commit Nullable(String) CODEC(ZSTD(1)), component LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_name LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_version LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_arch LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_readable LowCardinality(Nullable(String)) CODEC(ZSTD(1)), ci LowCardinality(Nullable(String)) CODEC(ZSTD(1)), agent LowCardinality(Nullable(String)) CODEC(ZSTD(1)), scheduler LowCardinality(Nullable(String)) CODEC(ZSTD(1)), period LowCardinality(Nullable(String)) CODEC(ZSTD(1)), is_new_secret LowCardinality(Nullable(String)) CODEC(ZSTD(1)), received Int64 CODEC(Delta, ZSTD(1)), row_version UInt64 CODEC(Delta, ZSTD(1)))
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/lone', '{replica}', row_version) PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(event_ms, 'UTC'))
  ORDER BY (project, event_ms, event) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.lone_all AS usage.lone
  ENGINE = Distributed('usage', 'usage', 'lone', cityHash64(event));

CREATE TABLE IF NOT EXISTS usage.pending_events (project LowCardinality(String), event UUID, run Nullable(UUID), is_stored UInt8, received Int64 CODEC(Delta, ZSTD(1)), user Nullable(String) CODEC(ZSTD(1)), host Nullable(String) CODEC(ZSTD(1)), application LowCardinality(Nullable(String)) CODEC(ZSTD(1)), version LowCardinality(Nullable(String)) CODEC(ZSTD(1)), commit Nullable(String) CODEC(ZSTD(1)), component LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_name LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_version LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_arch LowCardinality(Nullable(String)) CODEC(ZSTD(1)), os_readable LowCardinality(Nullable(String)) CODEC(ZSTD(1)), ci LowCardinality(Nullable(String)) CODEC(ZSTD(1)), agent LowCardinality(Nullable(String)) CODEC(ZSTD(1)), scheduler LowCardinality(Nullable(String)) CODEC(ZSTD(1)), period LowCardinality(Nullable(String)) CODEC(ZSTD(1)), is_new_secret LowCardinality(Nullable(String)) CODEC(ZSTD(1)), content String CODEC(ZSTD(1)), row_version UInt64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/pending_events', '{replica}', row_version)
  ORDER BY (project, event) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.pending_events_all AS usage.pending_events
  ENGINE = Distributed('usage', 'usage', 'pending_events', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.quality (project LowCardinality(String), day Date, counter LowCardinality(String), block UUID, count Int64 CODEC(ZSTD(1)))
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/quality', '{replica}') PARTITION BY toYYYYMM(day)
  ORDER BY (project, day, counter, block) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.quality_all AS usage.quality
  ENGINE = Distributed('usage', 'usage', 'quality', cityHash64(block));

CREATE TABLE IF NOT EXISTS usage.known_values (project LowCardinality(String), kind LowCardinality(String), value String, first_day SimpleAggregateFunction(min, String))
  ENGINE = ReplicatedAggregatingMergeTree('/usage/{shard}/usage/known_values', '{replica}')
  ORDER BY (project, kind, value) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.known_values_all AS usage.known_values
  ENGINE = Distributed('usage', 'usage', 'known_values', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.projects (project LowCardinality(String), file String, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/projects', '{replica}', saved)
  ORDER BY (project) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.projects_all AS usage.projects
  ENGINE = Distributed('usage', 'usage', 'projects', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.sizes (day String, bytes Int64, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/sizes', '{replica}', saved)
  ORDER BY (day) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.sizes_all AS usage.sizes
  ENGINE = Distributed('usage', 'usage', 'sizes', 0);

CREATE TABLE IF NOT EXISTS usage.run_totals (project LowCardinality(String), span String, facts String CODEC(ZSTD(1)), saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/run_totals', '{replica}', saved)
  ORDER BY (project, span) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.run_totals_all AS usage.run_totals
  ENGINE = Distributed('usage', 'usage', 'run_totals', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.feature_totals (project LowCardinality(String), span String, use LowCardinality(String), type String, name String, facts String CODEC(ZSTD(1)), saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/feature_totals', '{replica}', saved)
  ORDER BY (project, span, use, type, name) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.feature_totals_all AS usage.feature_totals
  ENGINE = Distributed('usage', 'usage', 'feature_totals', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.purges (project LowCardinality(String), what LowCardinality(String), before_ms Int64, first_ms Nullable(Int64), saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/purges', '{replica}', saved)
  ORDER BY (project, what) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.purges_all AS usage.purges
  ENGINE = Distributed('usage', 'usage', 'purges', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.erasures (project LowCardinality(String), receipt UUID, erased_at Int64, runs Int64, features Int64, is_finished UInt8, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/erasures', '{replica}', saved)
  ORDER BY (project, receipt) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.erasures_all AS usage.erasures
  ENGINE = Distributed('usage', 'usage', 'erasures', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.erased_users (project LowCardinality(String), user String, receipt UUID, erased_at Int64, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/erased_users', '{replica}', saved)
  ORDER BY (project, user, receipt) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.erased_users_all AS usage.erased_users
  ENGINE = Distributed('usage', 'usage', 'erased_users', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.imported_stores (project LowCardinality(String), store String, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/imported_stores', '{replica}', saved)
  ORDER BY (project, store) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.imported_stores_all AS usage.imported_stores
  ENGINE = Distributed('usage', 'usage', 'imported_stores', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.erased (project LowCardinality(String), month String, kind LowCardinality(String), receipt UUID, count Int64, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/erased', '{replica}', saved)
  ORDER BY (project, month, kind, receipt) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.erased_all AS usage.erased
  ENGINE = Distributed('usage', 'usage', 'erased', cityHash64(project));

CREATE TABLE IF NOT EXISTS usage.ended_projects (project LowCardinality(String), receipt UUID, ended_at Int64, runs Int64, features Int64, saved Int64)
  ENGINE = ReplicatedReplacingMergeTree('/usage/{shard}/usage/ended_projects', '{replica}', saved)
  ORDER BY (receipt) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 1, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0, max_cleanup_delay_period = 1;

CREATE TABLE IF NOT EXISTS usage.ended_projects_all AS usage.ended_projects
  ENGINE = Distributed('usage', 'usage', 'ended_projects', 0);
