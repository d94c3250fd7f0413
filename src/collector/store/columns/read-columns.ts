import {createHash} from 'node:crypto'
import {signalOfExitCode} from '../../../stats/model/shell-signals.ts'
import {allRows, type Database} from '../tables/database.ts'
import {
  type Exit,
  type FeatureColumns,
  type LoneColumns,
  type RunColumns,
  results,
  type TimingsColumn,
} from './columns.ts'

/** The month of a project to read. Instants are Unix milliseconds. */
export interface MonthToRead {
  readonly project: number
  readonly from: number
  readonly to: number
  /** The salt of digests. It changes with the epoch, so digests cannot be linked to pseudonyms outside the store. */
  readonly salt: string
}

/** Each query reads one month through an index of times. */
export const columnQueries = {
  runs: `
    SELECT counted_at AS at, header, coalesce(result, 'open') AS result, seconds, last_sign_at AS lastSignAt,
      exit_code AS exitCode, signal, script, start_fields AS startFields, end_fields AS endFields
    FROM run_results WHERE project = :project AND counted_at >= :from AND counted_at < :to ORDER BY counted_at`,
  lone: `
    SELECT used_at AS at, header, 0 AS what FROM features
    WHERE project = :project AND run IS NULL AND used_at >= :from AND used_at < :to
    UNION ALL SELECT ended_at, header, 1 FROM unpaired_ends
    WHERE project = :project AND ended_at >= :from AND ended_at < :to
    UNION ALL SELECT used_at, header, 2 FROM presences
    WHERE project = :project AND used_at >= :from AND used_at < :to ORDER BY 1`,
  features: `
    SELECT f.feature, f.used_at AS at, f.header, f.run, f.count, f.is_internal AS isInternal,
      f.duration_seconds AS seconds, coalesce(f.timed, f.count) AS timed, f.timings,
      f.run IS NOT NULL AND (r.run IS NULL OR r.first_sign_at < :from OR r.last_sign_at >= :to) AS isCrossing
    FROM features f LEFT JOIN runs r ON r.project = f.project AND r.run = f.run
    WHERE f.project = :project AND f.used_at >= :from AND f.used_at < :to`,
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

type FeatureRow = readonly [
  feature: number,
  at: number,
  header: number,
  run: Uint8Array | null,
  count: number,
  isInternal: number,
  seconds: number | null,
  timed: number,
  timings: Uint8Array | null,
  isCrossing: number,
]

const timingsPlace = 8

/** Reads the runs and people of a month from the tables. */
export function readRunColumns(database: Database, month: MonthToRead): RunColumns {
  const {salt, ...span} = month
  const rows = (database.prepare(columnQueries.runs).all(span) as unknown as RunRow[]).map(nameSignal)
  const exits = numbering<string, Exit>()
  const scripts = numbering<string, string>()
  const exitOf = ({result, exitCode, signal}: RunRow): number => {
    if (result === 'open' || result === 'unknown') return -1
    const exit = result === 'signal' ? {exitCode: null, signal} : {exitCode, signal: null}
    return exits.numberOf(`${exit.exitCode} ${exit.signal}`, () => exit)
  }
  const scriptOf = ({script}: RunRow): number =>
    script === null ? -1 : scripts.numberOf(script, () => digest(salt, script))
  return {
    kind: 'runs',
    at: Uint32Array.from(rows, row => row.at - span.from),
    header: Int32Array.from(rows, row => row.header),
    result: Uint8Array.from(rows, row => results.indexOf(row.result)),
    seconds: Float64Array.from(rows, row => row.seconds ?? Number.NaN),
    lastSignAt: Float64Array.from(rows, row => row.lastSignAt),
    exit: Int32Array.from(rows, exitOf),
    exits: exits.values,
    script: Int32Array.from(rows, scriptOf),
    scripts: scripts.values,
    ...readFields(rows),
    lone: readLone(database, span),
  }
}

/** A shell's code for a signal is that signal: docs/decisions/0019-shell-codes-of-signals.md. */
function nameSignal(row: RunRow): RunRow {
  const signal = row.result === 'failed' ? signalOfExitCode(row.exitCode ?? 0) : null
  return signal === null ? row : {...row, result: 'signal', signal}
}

function readLone(database: Database, span: Omit<MonthToRead, 'salt'>): LoneColumns {
  const rows = database.prepare(columnQueries.lone).all(span) as unknown as {at: number; header: number; what: number}[]
  return {
    at: Uint32Array.from(rows, row => row.at - span.from),
    header: Int32Array.from(rows, row => row.header),
    what: Uint8Array.from(rows, row => row.what),
  }
}

/** The columns of fields. If start and end report the same field, the value of the end counts. */
function readFields(rows: readonly RunRow[]): Pick<RunColumns, 'numbers' | 'values'> {
  const numbers = new Map<string, {row: number; value: number}[]>()
  const values = new Map<string, {row: number; value: string | boolean}[]>()
  for (const [row, {startFields, endFields}] of rows.entries()) {
    if (startFields === null && endFields === null) continue
    const fields = {...JSON.parse(startFields ?? '{}'), ...JSON.parse(endFields ?? '{}')} as Record<string, unknown>
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'number') entriesOf(numbers, name).push({row, value})
      else if (typeof value === 'string' || typeof value === 'boolean') entriesOf(values, name).push({row, value})
    }
  }
  const numberColumns = [...numbers].map(([name, entries]) => [
    name,
    {row: Uint32Array.from(entries, one => one.row), value: Float64Array.from(entries, one => one.value)},
  ])
  const valueColumns = [...values].map(([name, entries]) => {
    const names = numbering<string | boolean, string | boolean>()
    const value = Uint32Array.from(entries, one => names.numberOf(one.value, () => one.value))
    return [name, {row: Uint32Array.from(entries, one => one.row), value, names: names.values}]
  })
  return {numbers: Object.fromEntries(numberColumns), values: Object.fromEntries(valueColumns)}
}

function entriesOf<T>(all: Map<string, T[]>, name: string): T[] {
  const known = all.get(name) ?? []
  all.set(name, known)
  return known
}

/** Reads the uses of features of a month from the tables. */
export function readFeatureColumns(database: Database, month: MonthToRead): FeatureColumns {
  const {salt, ...span} = month
  const rows = allRows<FeatureRow>(database.prepare(columnQueries.features), span)
  const {features, begins, placeOf} = layByFeature(rows)
  const columns = {
    at: new Uint32Array(rows.length),
    header: new Int32Array(rows.length),
    run: new Int32Array(rows.length),
    count: new Float64Array(rows.length),
    isInternal: new Uint8Array(rows.length),
    seconds: new Float64Array(rows.length),
    timed: new Float64Array(rows.length),
  }
  const runs = numbering<string, string>()
  const crossing = new Map<number, string>()
  for (const [index, [, at, header, run, count, isInternal, seconds, timed, , isCrossing]] of rows.entries()) {
    const row = placeOf[index]!
    columns.at[row] = at - span.from
    columns.header[row] = header
    columns.count[row] = count
    columns.isInternal[row] = isInternal
    columns.seconds[row] = seconds ?? Number.NaN
    columns.timed[row] = seconds === null ? 0 : timed
    const id = run === null ? '' : Buffer.from(run.buffer, run.byteOffset, run.byteLength).toString('latin1')
    const number = run === null ? -1 : runs.numberOf(id, () => id)
    columns.run[row] = number
    if (isCrossing === 1 && !crossing.has(number)) crossing.set(number, digest(salt, run!))
  }
  const timings = layTimings(rows, placeOf)
  return {kind: 'features', features, begins, ...columns, timings, runs: runs.values.length, crossing}
}

/** Sorts rows by feature: `placeOf` is the new index of each row. */
function layByFeature(rows: readonly FeatureRow[]) {
  const counts = new Map<number, number>()
  for (const [feature] of rows) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  const features = Int32Array.from([...counts.keys()].sort((a, b) => a - b))
  const begins = new Uint32Array(features.length + 1)
  const next = new Map<number, number>()
  for (const [place, feature] of features.entries()) {
    next.set(feature, begins[place]!)
    begins[place + 1] = begins[place]! + counts.get(feature)!
  }
  const placeOf = Uint32Array.from(rows, ([feature]) => {
    const place = next.get(feature)!
    next.set(feature, place + 1)
    return place
  })
  return {features, begins, placeOf}
}

/** Lays the histograms of rows one after the other, in the order of their new indexes. */
function layTimings(rows: readonly FeatureRow[], placeOf: Uint32Array): TimingsColumn {
  const found: {row: number; blob: Uint8Array}[] = []
  for (const [index, row] of rows.entries()) {
    const blob = row[timingsPlace]
    if (blob !== null) found.push({row: placeOf[index]!, blob})
  }
  found.sort((a, b) => a.row - b.row)
  const begins = new Uint32Array(found.length + 1)
  for (const [place, {blob}] of found.entries()) begins[place + 1] = begins[place]! + blob.length
  const bytes = new Uint8Array(begins[found.length]!)
  for (const [place, {blob}] of found.entries()) bytes.set(blob, begins[place])
  return {row: Uint32Array.from(found, ({row}) => row), begins, bytes}
}

const digest = (salt: string, of: string | Uint8Array): string =>
  createHash('sha256').update(salt).update(of).digest().toString('latin1', 0, 16)

/** Numbers different keys from 0, in the order of their first use, and keeps a value for each. */
function numbering<Key, Value>() {
  const numbers = new Map<Key, number>()
  const values: Value[] = []
  return {
    values: values as readonly Value[],
    numberOf(key: Key, make: () => Value): number {
      const known = numbers.get(key)
      if (known !== undefined) return known
      numbers.set(key, values.length)
      return values.push(make()) - 1
    },
  }
}
