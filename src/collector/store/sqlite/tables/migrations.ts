// More than 300 lines: one list of all steps of the schema, which are never edited.
/**
 * The steps of the schema. `user_version` is the number of steps that a database has. Never edit a step: add one for
 * each change. A new value of a header needs no step: `header-table.ts` adds its column.
 *
 * Keys are blobs of 16 bytes in the order of time (UUIDs of version 7), so inserts touch the end of a table. Other
 * values that people read are text. The views also show keys and times as text.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL UNIQUE,
    file TEXT                     -- the project file as the collector had it last, JSON
  ) STRICT;

  CREATE TABLE headers (          -- what the events of a report share; each different one once
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,     -- projects.id
    digest BLOB NOT NULL,
    user TEXT, host TEXT,         -- pseudonyms
    application TEXT, version TEXT, "commit" TEXT, component TEXT,
    os_name TEXT, os_version TEXT, os_arch TEXT, os_readable TEXT,
    ci TEXT, scheduler TEXT,
    UNIQUE (project, digest)
  ) STRICT;

  CREATE TABLE feature_names (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,     -- projects.id
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (project, type, name)
  ) STRICT;

  CREATE TABLE runs (             -- one row a run, made by whichever of its events came first
    project INTEGER NOT NULL,     -- projects.id
    run BLOB NOT NULL,
    header INTEGER NOT NULL,      -- headers.id, of the event that header_rank names
    header_rank INTEGER NOT NULL, -- 1 start, 2 repeated start, 3 end, 4 feature: the smaller wins
    start_event BLOB,             -- null: no start came
    started_at INTEGER,           -- all times: Unix milliseconds
    script TEXT,                  -- pseudonym
    start_fields TEXT,            -- JSON, null when empty
    end_event BLOB,               -- null: no end came
    ended_at INTEGER,
    duration_seconds REAL,
    exit_code INTEGER,
    signal TEXT,
    end_fields TEXT,              -- JSON, null when empty
    first_sign_at INTEGER NOT NULL,
    last_sign_at INTEGER NOT NULL,
    is_clamped INTEGER NOT NULL,  -- 1: the time of the start or the end lay in the future
    counted_at INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(started_at, ended_at, first_sign_at)) VIRTUAL,
    PRIMARY KEY (project, run)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX runs_by_time ON runs (project, counted_at);

  CREATE TABLE features (         -- one row a feature event
    project INTEGER NOT NULL,     -- projects.id
    event BLOB NOT NULL,
    run BLOB,                     -- null: unpaired
    feature INTEGER NOT NULL,     -- feature_names.id
    header INTEGER NOT NULL,      -- headers.id
    used_at INTEGER NOT NULL,
    duration_seconds REAL,
    count INTEGER NOT NULL,
    is_internal INTEGER NOT NULL,
    is_clamped INTEGER NOT NULL,
    details TEXT,                 -- JSON, null when empty
    PRIMARY KEY (project, event)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX features_by_time ON features (project, used_at);
  CREATE INDEX unpaired_features_by_time ON features (project, used_at, header) WHERE run IS NULL;

  CREATE TABLE repeats (          -- starts that were repeated while their run lived
    project INTEGER NOT NULL,     -- projects.id
    event BLOB NOT NULL,
    run BLOB NOT NULL,
    repeat INTEGER NOT NULL,
    repeated_at INTEGER NOT NULL,
    PRIMARY KEY (project, event)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE unpaired_ends (    -- ends that no run was found for
    project INTEGER NOT NULL,     -- projects.id
    event BLOB NOT NULL,
    header INTEGER NOT NULL,      -- headers.id
    ended_at INTEGER NOT NULL,
    duration_seconds REAL,
    exit_code INTEGER,
    signal TEXT,
    fields TEXT,                  -- JSON, null when empty
    PRIMARY KEY (project, event)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unpaired_ends_by_time ON unpaired_ends (project, ended_at, header);

  CREATE TABLE quality (          -- what became of received events beside being stored
    project INTEGER NOT NULL,     -- projects.id
    day TEXT NOT NULL,            -- of the receipt, UTC
    counter TEXT NOT NULL,        -- duplicates, refused, clamped, undeclared-fields
    count INTEGER NOT NULL,
    PRIMARY KEY (project, day, counter)
  ) STRICT, WITHOUT ROWID;

  CREATE VIEW run_results AS      -- runs with what follows from them; result is null while there is no end
  SELECT *,
    CASE WHEN end_event IS NULL THEN NULL
      WHEN signal IS NOT NULL THEN 'signal' WHEN exit_code = 0 THEN 'ok'
      WHEN exit_code IS NOT NULL THEN 'failed' ELSE 'unknown' END AS result,
    CASE WHEN end_event IS NOT NULL
      THEN coalesce(duration_seconds, max(0, ended_at - started_at) / 1000.0) END AS seconds
  FROM runs;

  CREATE VIEW readable_runs AS
  SELECT p.project, lower(hex(r.run)) AS run,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1000.0, 'unixepoch') AS started,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.last_sign_at / 1000.0, 'unixepoch') AS last_sign,
    r.seconds, r.result, r.exit_code, r.signal, r.script, r.start_fields, r.end_fields,
    h.user, h.host, h.application, h.version, h."commit", h.component,
    h.os_name, h.os_version, h.os_arch, h.os_readable, h.ci, h.scheduler
  FROM run_results r JOIN projects p ON p.id = r.project JOIN headers h ON h.id = r.header;

  CREATE VIEW readable_features AS
  SELECT p.project, lower(hex(f.event)) AS event, lower(hex(f.run)) AS run,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.used_at / 1000.0, 'unixepoch') AS used,
    n.type, n.name, f.count, f.is_internal, f.duration_seconds, f.details,
    h.user, h.host, h.application, h.version, h.ci
  FROM features f JOIN projects p ON p.id = f.project
    JOIN feature_names n ON n.id = f.feature JOIN headers h ON h.id = f.header;
  `,
  `
  CREATE TABLE erased (           -- how much was erased at people's request; names nobody
    project INTEGER NOT NULL,     -- projects.id
    month TEXT NOT NULL,          -- that it belonged to, UTC
    kind TEXT NOT NULL,           -- runs by outcome: ok, failed, signal, unknown, open (no end); features; unpaired-ends
    count INTEGER NOT NULL,       -- rows
    PRIMARY KEY (project, month, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE erasures (         -- the receipts that were given, without any key or pseudonym
    project INTEGER NOT NULL,     -- projects.id
    receipt BLOB NOT NULL,        -- the id of the request
    erased_at INTEGER NOT NULL,   -- of the first try, Unix milliseconds
    runs INTEGER NOT NULL,        -- rows, of all tries
    features INTEGER NOT NULL,
    PRIMARY KEY (project, receipt)
  ) STRICT, WITHOUT ROWID;
  `,
  // For old clients: runs whose outcome is not reported, and test runs, which no answer counts. In the table quality, the
  // project 0 is for counters that belong to no project: datagrams-unknown, datagrams-lost.
  `
  ALTER TABLE runs ADD COLUMN is_outcome_untold INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;

  DROP VIEW readable_runs;
  DROP VIEW run_results;

  CREATE VIEW run_results AS      -- runs with what follows from them; result is null while there is no end
  SELECT *,
    CASE WHEN end_event IS NULL THEN iif(is_outcome_untold, 'unknown', NULL)
      WHEN signal IS NOT NULL THEN 'signal' WHEN exit_code = 0 THEN 'ok'
      WHEN exit_code IS NOT NULL THEN 'failed' ELSE 'unknown' END AS result,
    CASE WHEN end_event IS NOT NULL
      THEN coalesce(duration_seconds, max(0, ended_at - started_at) / 1000.0) END AS seconds
  FROM runs WHERE is_test = 0;

  CREATE VIEW readable_runs AS
  SELECT p.project, lower(hex(r.run)) AS run,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1000.0, 'unixepoch') AS started,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.last_sign_at / 1000.0, 'unixepoch') AS last_sign,
    r.seconds, r.result, r.exit_code, r.signal, r.script, r.start_fields, r.end_fields,
    h.user, h.host, h.application, h.version, h."commit", h.component,
    h.os_name, h.os_version, h.os_arch, h.os_readable, h.ci, h.scheduler
  FROM run_results r JOIN projects p ON p.id = r.project JOIN headers h ON h.id = r.header;
  `,
  `
  CREATE TABLE feature_totals (   -- what is kept of months and years whose single uses are gone; names nobody
    project INTEGER NOT NULL,     -- projects.id
    span TEXT NOT NULL,           -- 2025-11 or 2025, UTC
    use TEXT NOT NULL,            -- all, direct, internal
    feature INTEGER NOT NULL,     -- feature_names.id
    count INTEGER NOT NULL,
    internal_count INTEGER NOT NULL,
    runs INTEGER NOT NULL,        -- different ones
    users INTEGER NOT NULL,       -- different ones
    unpaired INTEGER NOT NULL,    -- events without a run
    seconds REAL,                 -- of the uses that say how long they took
    timed INTEGER,                -- how many those are
    PRIMARY KEY (project, span, use, feature)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE presences (        -- days on which somebody used a feature without a run, where the uses are gone
    project INTEGER NOT NULL,     -- projects.id
    used_at INTEGER NOT NULL,     -- the first use of the day
    header INTEGER NOT NULL,      -- headers.id
    PRIMARY KEY (project, used_at, header)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE purges (           -- before when single uses are gone
    project INTEGER PRIMARY KEY,  -- projects.id
    features_before INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE sizes (            -- how large the store was, one row a day
    day TEXT PRIMARY KEY,         -- UTC
    bytes INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE run_totals (       -- what is kept of months and years whose single runs are gone; names nobody
    project INTEGER NOT NULL,     -- projects.id
    span TEXT NOT NULL,           -- 2021-11 or 2021, UTC
    facts TEXT NOT NULL,          -- JSON: counts by outcome, version, system and the like
    PRIMARY KEY (project, span)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE run_purges (       -- before when single runs are gone
    project INTEGER PRIMARY KEY,  -- projects.id
    runs_before INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE table_sizes (      -- how large the tables of the store were when it was last looked at
    name TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,       -- with the indexes
    row_count INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE month_marks (      -- what was read of a month may be used again while its mark is the same
    project INTEGER NOT NULL,     -- projects.id
    month INTEGER NOT NULL,       -- when it begins, Unix milliseconds; -1: the whole project
    mark INTEGER NOT NULL,        -- a new random number with every change
    PRIMARY KEY (project, month)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO month_marks (project, month, mark) SELECT id, -1, abs(random() % 9007199254740991) FROM projects;
  `,
  // The durations of merged uses. `duration_seconds` is then their sum.
  `
  ALTER TABLE features ADD COLUMN timed INTEGER;        -- uses with a duration; null: none, or all of the event
  ALTER TABLE features ADD COLUMN timings BLOB;         -- their histogram; null: at most one duration
  ALTER TABLE feature_totals ADD COLUMN durations BLOB; -- the histogram of the durations of single uses

  DROP VIEW readable_features;
  CREATE VIEW readable_features AS
  SELECT p.project, lower(hex(f.event)) AS event, lower(hex(f.run)) AS run,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.used_at / 1000.0, 'unixepoch') AS used,
    n.type, n.name, f.count, f.is_internal, f.duration_seconds,
    coalesce(f.timed, iif(f.duration_seconds IS NULL, 0, f.count)) AS timed, f.details,
    h.user, h.host, h.application, h.version, h.ci
  FROM features f JOIN projects p ON p.id = f.project
    JOIN feature_names n ON n.id = f.feature JOIN headers h ON h.id = f.header;
  `,
  // Users have bounds, and uses may not say who. Old totals have no lower bound, and their first event is unknown.
  `
  ALTER TABLE purges ADD COLUMN first_at INTEGER;       -- when the first event of the project happened
  ALTER TABLE run_purges ADD COLUMN first_at INTEGER;
  ALTER TABLE feature_totals ADD COLUMN users_low INTEGER;
  ALTER TABLE feature_totals ADD COLUMN uses_without_user INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE feature_totals ADD COLUMN days_without_user INTEGER NOT NULL DEFAULT 0;
  `,
  // A kind with too many new values a day is folded. What a store has already stays itself.
  `
  CREATE TABLE known_values (     -- the different values that a project has
    project INTEGER NOT NULL,     -- projects.id
    kind TEXT NOT NULL,           -- a column of headers; feature (value: type, newline, name); field NAME
    value TEXT NOT NULL,
    first_day TEXT NOT NULL,      -- of the receipt, UTC; empty: imported, or older than this table
    PRIMARY KEY (project, kind, value)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX headers_by_user ON headers (user, project) WHERE user IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'application', application, '' FROM headers WHERE application IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'version', version, '' FROM headers WHERE version IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'commit', "commit", '' FROM headers WHERE "commit" IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'component', component, '' FROM headers WHERE component IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'os_name', os_name, '' FROM headers WHERE os_name IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'os_version', os_version, '' FROM headers WHERE os_version IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'os_arch', os_arch, '' FROM headers WHERE os_arch IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'os_readable', os_readable, '' FROM headers WHERE os_readable IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'ci', ci, '' FROM headers WHERE ci IS NOT NULL;
  INSERT INTO known_values SELECT DISTINCT project, 'scheduler', scheduler, '' FROM headers WHERE scheduler IS NOT NULL;
  INSERT INTO known_values SELECT project, 'feature', type || char(10) || name, '' FROM feature_names;
  `,
  // Events and values that wait until their project file declares them.
  `
  CREATE TABLE pending_events (
    project INTEGER NOT NULL,     -- projects.id
    event BLOB NOT NULL,
    run BLOB,                     -- null: without a run
    header INTEGER NOT NULL,      -- headers.id
    received_at INTEGER NOT NULL, -- Unix milliseconds
    is_stored INTEGER NOT NULL,   -- 1: the event is stored, without these values
    content TEXT NOT NULL,        -- the event as JSON
    PRIMARY KEY (project, event)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pending_events_by_time ON pending_events (received_at);
  `,
  // The receipts of projects that were ended. Nothing else is left of them.
  `
  CREATE TABLE ended_projects (
    receipt BLOB PRIMARY KEY,
    project TEXT NOT NULL,
    ended_at INTEGER NOT NULL,    -- Unix milliseconds
    runs INTEGER NOT NULL,        -- deleted rows
    features INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // A month whose totals are stored while its single uses are being deleted.
  `
  CREATE TABLE unfinished_purges (
    project INTEGER PRIMARY KEY,  -- projects.id
    from_at INTEGER NOT NULL,     -- uses from here, Unix milliseconds,
    to_at INTEGER NOT NULL        -- and before here are in totals, and no answer counts them
  ) STRICT;
  `,
  // Exports name their store, so that its counters count once, however often they are imported.
  `
  CREATE TABLE store_id (
    id TEXT NOT NULL              -- random, 32 hexadecimal digits
  ) STRICT;
  INSERT INTO store_id (id) VALUES (lower(hex(randomblob(16))));

  CREATE TABLE imported_stores (  -- the stores of which an import has begun
    project INTEGER NOT NULL,     -- projects.id
    store TEXT NOT NULL,          -- store_id.id there
    PRIMARY KEY (project, store)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE imported_counts (  -- counts that were added to quality and erased by imports
    project INTEGER NOT NULL,     -- projects.id; 0: of no project
    store TEXT NOT NULL,
    kind TEXT NOT NULL,           -- project or store (quality), erased
    day TEXT NOT NULL,            -- or month, UTC
    name TEXT NOT NULL,
    count INTEGER NOT NULL,       -- the count there
    PRIMARY KEY (project, store, kind, day, name)
  ) STRICT, WITHOUT ROWID;
  `,
]
