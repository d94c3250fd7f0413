import {lastReport} from '../../rules/last-report.ts'
import type {Database, Statement} from '../tables/database.ts'

export type PreparedStatements = Readonly<Record<keyof typeof sql, Statement>>

/**
 * The effect of every event on an existing run: the header of the best rank wins, and the signs of life are extended.
 */
const signOfLife = `
  header = iif(excluded.header_rank < header_rank
    OR (excluded.header_rank = header_rank AND excluded.first_sign_at < first_sign_at), excluded.header, header),
  header_rank = min(header_rank, excluded.header_rank),
  first_sign_at = min(first_sign_at, excluded.first_sign_at),
  last_sign_at = max(last_sign_at, excluded.last_sign_at)`

/** Returns the first and the last sign of life of the run. No row if nothing was written. */
const lived = 'RETURNING first_sign_at AS firstMs, last_sign_at AS lastMs'

/**
 * The writes. Each is idempotent. The order of a run's events does not matter: each event fills its own columns once,
 * and shared columns contain a minimum or a maximum.
 */
const sql = {
  start: `
    INSERT INTO runs (project, run, header, header_rank, start_event, started_at, script, start_fields,
      first_sign_at, last_sign_at, is_clamped)
    VALUES (:project, :run, :header, :rank, :event, :at, :script, :fields, :at, :at, :clamped)
    ON CONFLICT (project, run) DO UPDATE SET
      start_event = excluded.start_event, started_at = excluded.started_at, script = excluded.script,
      start_fields = excluded.start_fields, is_clamped = max(is_clamped, excluded.is_clamped), ${signOfLife}
    WHERE start_event IS NULL ${lived}`,
  end: `
    INSERT INTO runs (project, run, header, header_rank, end_event, ended_at, duration_seconds, exit_code, signal,
      end_fields, first_sign_at, last_sign_at, is_clamped)
    VALUES (:project, :run, :header, :rank, :event, :at, :duration, :code, :signal, :fields, :at, :at, :clamped)
    ON CONFLICT (project, run) DO UPDATE SET
      end_event = excluded.end_event, ended_at = excluded.ended_at, duration_seconds = excluded.duration_seconds,
      exit_code = excluded.exit_code, signal = excluded.signal, end_fields = excluded.end_fields,
      is_clamped = max(is_clamped, excluded.is_clamped), ${signOfLife}
    WHERE end_event IS NULL ${lived}`,
  repeat: `
    INSERT INTO repeats (project, event, run, repeat, repeated_at) VALUES (:project, :event, :run, :repeat, :at)
    ON CONFLICT DO NOTHING`,
  // A repeat has the content of its start, and replaces a start that never arrived.
  repeatedRun: `
    INSERT INTO runs (project, run, header, header_rank, script, start_fields, first_sign_at, last_sign_at, is_clamped)
    VALUES (:project, :run, :header, :rank, :script, :fields, :at, :at, 0)
    ON CONFLICT (project, run) DO UPDATE SET
      script = iif(start_event IS NULL, coalesce(script, excluded.script), script),
      start_fields = iif(start_event IS NULL, coalesce(start_fields, excluded.start_fields), start_fields),
      ${signOfLife} ${lived}`,
  sign: `
    INSERT INTO runs (project, run, header, header_rank, first_sign_at, last_sign_at, is_clamped)
    VALUES (:project, :run, :header, :rank, :first, :last, 0)
    ON CONFLICT (project, run) DO UPDATE SET ${signOfLife}
    WHERE excluded.first_sign_at < first_sign_at OR excluded.last_sign_at > last_sign_at
      OR excluded.header_rank < header_rank ${lived}`,
  feature: `
    INSERT INTO features (project, event, run, feature, header, used_at, duration_seconds, timed, timings, count,
      is_internal, is_clamped, details)
    VALUES (:project, :event, :run, :feature, :header, :at, :duration, :timed, :timings, :count, :internal, :clamped,
      :details)
    ON CONFLICT DO NOTHING`,
  unpairedEnd: `
    INSERT INTO unpaired_ends (project, event, header, ended_at, duration_seconds, exit_code, signal, fields)
    VALUES (:project, :event, :header, :at, :duration, :code, :signal, :fields)
    ON CONFLICT DO NOTHING`,
  // The run exists: this runs after its event was written, and only for marked batches.
  mark: `
    UPDATE runs SET is_outcome_untold = max(is_outcome_untold, :untold), is_test = max(is_test, :test)
    WHERE project = :project AND run = :run ${lived}`,
  quality: `
    INSERT INTO quality (project, day, counter, count) VALUES (:project, :day, :counter, :count)
    ON CONFLICT DO UPDATE SET count =
      iif(counter = '${lastReport}', excluded.count, count + excluded.count)
    WHERE counter != '${lastReport}' OR excluded.count > count`,
} as const

/** Prepares every write once. */
export function prepareStatements(database: Database): PreparedStatements {
  const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])
  return Object.fromEntries(entries) as PreparedStatements
}
