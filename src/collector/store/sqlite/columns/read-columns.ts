import {createHash} from 'node:crypto'
import {type Database, eachRow} from '../tables/database.ts'
import {
  type Exit,
  type FeatureColumns,
  type LoneColumns,
  loneKinds,
  type RunColumns,
  results,
  type TimingsColumn,
  type Value,
} from './columns.ts'
import {exitOf, nameSignal} from './exits.ts'
import {type Growing, growing, moved} from './growing.ts'
import {numbering} from './numbering.ts'
import {createRunEndsReader, runEndQuery} from './run-ends.ts'
import {collectValues} from './value-columns.ts'

/** The month of a project to read. Instants are Unix milliseconds. */
export interface MonthToRead {
  readonly project: number
  readonly from: number
  readonly to: number
  /** Uses of features are counted up to here: up to `to`, or up to `from` if totals contain them. */
  readonly usesTo: number
  /** The salt of digests. It changes with the epoch, so digests cannot be linked to pseudonyms outside the store. */
  readonly salt: string
}

/** Each query reads one month through an index of times. */
export const columnQueries = {
  runs: `
    SELECT counted_at AS at, header, coalesce(result, 'open') AS result, seconds, last_sign_at AS lastSignAt,
      exit_code AS exitCode, signal, script, start_fields AS startFields, end_fields AS endFields
    FROM run_results WHERE project = :project AND counted_at >= :from AND counted_at < :to ORDER BY counted_at`,
  // Of uses that totals contain, the days of people count, as in `presences`, where a purge is about to store them.
  lone: `
    SELECT used_at AS at, header, 0 AS what FROM features
    WHERE project = :project AND run IS NULL AND used_at >= :from AND used_at < :usesTo
    UNION ALL SELECT ended_at, header, 1 FROM unpaired_ends
    WHERE project = :project AND ended_at >= :from AND ended_at < :to
    UNION ALL SELECT used_at, header, 2 FROM presences
    WHERE project = :project AND used_at >= :from AND used_at < :to
    UNION ALL SELECT min(used_at), header, 2 FROM features
    WHERE project = :project AND run IS NULL AND used_at >= :usesTo AND used_at < :to
    GROUP BY header, used_at / 86400000 ORDER BY 1`,
  features: `
    SELECT f.feature, f.used_at AS at, f.header, f.run, f.count, f.is_internal AS isInternal,
      f.duration_seconds AS seconds, coalesce(f.timed, f.count) AS timed, f.timings, f.details,
      f.run IS NOT NULL AND (r.run IS NULL OR r.first_sign_at < :from OR r.last_sign_at >= :to) AS isCrossing
    FROM features f LEFT JOIN runs r ON r.project = f.project AND r.run = f.run
    WHERE f.project = :project AND f.used_at >= :from AND f.used_at < :usesTo`,
  runEnd: runEndQuery,
} as const

interface RunRow {
  readonly at: number
  readonly header: number
  readonly result: (typeof results)[number]
  readonly seconds: number | null
  readonly lastSignAt: number
  readonly exitCode: number | null
  readonly signal: string | null
  readonly script: string | null
  readonly startFields: string | null
  readonly endFields: string | null
}

interface FeatureRow {
  readonly feature: number
  readonly at: number
  readonly header: number
  readonly run: Uint8Array | null
  readonly count: number
  readonly isInternal: number
  readonly seconds: number | null
  readonly timed: number
  readonly timings: Uint8Array | null
  readonly details: string | null
  readonly isCrossing: number
}

/**
 * Reads the runs and people of a month from the tables. Rows become numbers one by one: a month of a million rows as
 * objects would need a gigabyte.
 */
export function readRunColumns(database: Database, month: MonthToRead): RunColumns {
  const {salt, usesTo, ...span} = month
  const exits = numbering<string, Exit>()
  const scripts = numbering<string, string>()
  const fields = collectFields()
  const columns = {
    at: growing(Uint32Array),
    header: growing(Int32Array),
    result: growing(Uint8Array),
    seconds: growing(Float64Array),
    lastSignAt: growing(Float64Array),
    exit: growing(Int32Array),
    script: growing(Int32Array),
  }
  let row = 0
  for (const found of eachRow<RunRow>(database.prepare(columnQueries.runs), span)) {
    const run = nameSignal(found)
    columns.at.push(run.at - span.from)
    columns.header.push(run.header)
    columns.result.push(results.indexOf(run.result))
    columns.seconds.push(run.seconds ?? Number.NaN)
    columns.lastSignAt.push(run.lastSignAt)
    columns.exit.push(exitOf(run, exits))
    const {script} = run
    columns.script.push(script === null ? -1 : scripts.numberOf(script, () => digest(salt, script)))
    fields.read(row++, run)
  }
  return {
    kind: 'runs',
    at: columns.at.column(),
    header: columns.header.column(),
    result: columns.result.column(),
    seconds: columns.seconds.column(),
    lastSignAt: columns.lastSignAt.column(),
    exit: columns.exit.column(),
    exits: exits.values,
    script: columns.script.column(),
    scripts: scripts.values,
    ...fields.columns(),
    lone: readLone(database, {...span, usesTo}),
  }
}

const presence = loneKinds.indexOf('presence')

function readLone(database: Database, span: Omit<MonthToRead, 'salt'>): LoneColumns {
  const columns = {at: growing(Uint32Array), header: growing(Int32Array), what: growing(Uint8Array)}
  const rows = eachRow<{at: number; header: number; what: number}>(database.prepare(columnQueries.lone), span)
  let [seenAt, seen] = [Number.NaN, new Set<number>()]
  for (const {at, header, what} of rows) {
    // A purge may have stored the day of a person already, and not deleted the first use of it yet.
    if (what === presence) {
      if (at !== seenAt) [seenAt, seen] = [at, new Set()]
      if (seen.has(header)) continue
      seen.add(header)
    }
    columns.at.push(at - span.from)
    columns.header.push(header)
    columns.what.push(what)
  }
  return {at: columns.at.column(), header: columns.header.column(), what: columns.what.column()}
}

/** Collects the values of fields. If start and end report the same field, the value of the end counts. */
function collectFields() {
  const numbers = new Map<string, {row: Growing<Uint32Array>; value: Growing<Float64Array>}>()
  const values = collectValues()
  const numbersOf = (name: string) => {
    const known = numbers.get(name) ?? {row: growing(Uint32Array), value: growing(Float64Array)}
    numbers.set(name, known)
    return known
  }
  return {
    read(row: number, {startFields, endFields}: RunRow): void {
      if (startFields === null && endFields === null) return
      const fields = {...JSON.parse(startFields ?? '{}'), ...JSON.parse(endFields ?? '{}')} as Record<string, unknown>
      for (const [name, value] of Object.entries(fields)) {
        if (typeof value === 'number') {
          const column = numbersOf(name)
          column.row.push(row)
          column.value.push(value)
        } else if (typeof value === 'string' || typeof value === 'boolean') values.add(row, name, value)
      }
    },
    columns(): Pick<RunColumns, 'numbers' | 'values'> {
      const numberColumns = [...numbers].map(([name, {row, value}]) => [
        name,
        {row: row.column(), value: value.column()},
      ])
      return {numbers: Object.fromEntries(numberColumns), values: values.columns()}
    },
  }
}

/** Reads the uses of features of a month from the tables, row by row. */
export function readFeatureColumns(database: Database, month: MonthToRead): FeatureColumns {
  const {salt, ...span} = month
  const columns = {
    feature: growing(Int32Array),
    at: growing(Uint32Array),
    header: growing(Int32Array),
    run: growing(Int32Array),
    count: growing(Float64Array),
    isInternal: growing(Uint8Array),
    seconds: growing(Float64Array),
    timed: growing(Float64Array),
  }
  const runs = numbering<string, void>()
  const runEnds = createRunEndsReader(database, month.project)
  const crossing = new Map<number, string>()
  const timings: {row: number; blob: Uint8Array}[] = []
  const details = collectValues()
  let row = 0
  for (const found of eachRow<FeatureRow>(database.prepare(columnQueries.features), span)) {
    const {run, seconds} = found
    columns.feature.push(found.feature)
    columns.at.push(found.at - span.from)
    columns.header.push(found.header)
    columns.count.push(found.count)
    columns.isInternal.push(found.isInternal)
    columns.seconds.push(seconds ?? Number.NaN)
    columns.timed.push(seconds === null ? 0 : found.timed)
    const number = run === null ? -1 : runs.numberOf(latin1Of(run), () => runEnds.read(run))
    columns.run.push(number)
    if (found.isCrossing === 1 && !crossing.has(number)) crossing.set(number, digest(salt, run!))
    if (found.timings !== null) timings.push({row, blob: found.timings})
    if (found.details !== null)
      for (const [name, value] of Object.entries(JSON.parse(found.details))) details.add(row, name, value as Value)
    row++
  }
  const {features, begins, placeOf} = layByFeature(columns.feature.column())
  return {
    kind: 'features',
    features,
    begins,
    at: moved(columns.at.column(), placeOf),
    header: moved(columns.header.column(), placeOf),
    run: moved(columns.run.column(), placeOf),
    count: moved(columns.count.column(), placeOf),
    isInternal: moved(columns.isInternal.column(), placeOf),
    seconds: moved(columns.seconds.column(), placeOf),
    timed: moved(columns.timed.column(), placeOf),
    timings: layTimings(timings, placeOf),
    details: details.columns(placeOf),
    runs: runEnds.ends(),
    crossing,
  }
}

const latin1Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Sorts rows by feature: `placeOf` is the new index of each row. */
function layByFeature(featureOf: Int32Array) {
  const counts = new Map<number, number>()
  for (const feature of featureOf) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  const features = Int32Array.from([...counts.keys()].sort((a, b) => a - b))
  const begins = new Uint32Array(features.length + 1)
  const next = new Map<number, number>()
  for (const [place, feature] of features.entries()) {
    next.set(feature, begins[place]!)
    begins[place + 1] = begins[place]! + counts.get(feature)!
  }
  const placeOf = new Uint32Array(featureOf.length)
  for (let row = 0; row < featureOf.length; row++) {
    const place = next.get(featureOf[row]!)!
    next.set(featureOf[row]!, place + 1)
    placeOf[row] = place
  }
  return {features, begins, placeOf}
}

/** Lays the histograms of rows one after the other, in the order of their new indexes. */
function layTimings(read: readonly {row: number; blob: Uint8Array}[], placeOf: Uint32Array): TimingsColumn {
  const found = read.map(({row, blob}) => ({row: placeOf[row]!, blob}))
  found.sort((a, b) => a.row - b.row)
  const begins = new Uint32Array(found.length + 1)
  for (const [place, {blob}] of found.entries()) begins[place + 1] = begins[place]! + blob.length
  const bytes = new Uint8Array(begins[found.length]!)
  for (const [place, {blob}] of found.entries()) bytes.set(blob, begins[place])
  return {row: Uint32Array.from(found, ({row}) => row), begins, bytes}
}

const digest = (salt: string, of: string | Uint8Array): string =>
  createHash('sha256').update(salt).update(of).digest().toString('latin1', 0, 16)
