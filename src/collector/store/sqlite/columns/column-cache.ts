import {startOfNextPeriod, startOfPeriod} from '../../../../stats/model/period.ts'
import type {Span} from '../../../../stats/model/span.ts'
import type {Database} from '../tables/database.ts'
import {wholeProject} from '../tables/month-marks.ts'
import {readUnfinishedPurge} from '../tables/unfinished-purge.ts'
import {type FeatureColumns, type RunColumns, sizeOf} from './columns.ts'
import type {ReadCache} from './read-cache.ts'
import {readFeatureColumns, readRunColumns} from './read-columns.ts'

/** Smaller months get no file: reading their tables is as fast. */
const minRowsOfFile = 2_000

interface KeptColumns {
  readonly state: string
  readonly columns: RunColumns | FeatureColumns
}

/** One month of a project. */
export interface Month<Columns> {
  readonly fromMs: number
  /** The state of the tables. Equal states have equal columns. */
  readonly state: string
  /** Whether a later month has events. The newest month changes with every report, so it gets no file. */
  readonly isClosed: boolean
  /**
   * The columns, from memory, from a file or from the tables. Do not keep them: the cache bounds how many months are in
   * memory.
   */
  columns(): Columns
  /** Whether the columns are in memory or in a file. */
  isKept(): boolean
  hasFile(): boolean
}

/** The columns of a project in the current state of the tables. The caller keeps a transaction open. */
export interface ProjectColumns {
  /** Changes when the ids of headers may have changed their meaning. */
  readonly epoch: string
  /** The months from the oldest to the newest event that overlap a span, in order. Reads nothing yet. */
  runs(spans: readonly Span[]): readonly Month<RunColumns>[]
  features(spans: readonly Span[]): readonly Month<FeatureColumns>[]
}

const sql = {
  marks: 'SELECT month, mark FROM month_marks WHERE project = :project',
  bounds: `
    SELECT (SELECT min(counted_at) FROM runs WHERE project = :project) AS runsFrom,
      (SELECT max(counted_at) FROM runs WHERE project = :project) AS runsTo,
      (SELECT min(used_at) FROM features WHERE project = :project) AS featuresFrom,
      (SELECT max(used_at) FROM features WHERE project = :project) AS featuresTo,
      (SELECT min(ended_at) FROM unpaired_ends WHERE project = :project) AS endsFrom,
      (SELECT max(ended_at) FROM unpaired_ends WHERE project = :project) AS endsTo,
      (SELECT min(used_at) FROM presences WHERE project = :project) AS presencesFrom,
      (SELECT max(used_at) FROM presences WHERE project = :project) AS presencesTo`,
} as const

/** Opens the columns of a project. Months that are not in the cache, or have changed, are read from the tables. */
export function openColumns(database: Database, project: number, {files: allFiles, memory}: ReadCache): ProjectColumns {
  const marks = new Map<number, string>()
  for (const {month, mark} of database.prepare(sql.marks).all({project})) marks.set(Number(month), String(mark))
  const unfinished = readUnfinishedPurge(database, project)
  const epoch = marks.get(wholeProject) ?? ''
  const bounds = Object.values(database.prepare(sql.bounds).get({project}) ?? {}).flatMap(at =>
    at === null ? [] : [Number(at)],
  )
  const known = {fromMs: Math.min(...bounds), toMs: Math.max(...bounds) + 1}
  const newestMs = startOfPeriod(Math.max(0, ...bounds), 'month')

  function month<Kind extends 'runs' | 'features'>(kind: Kind, fromMs: number): Month<Of<Kind>> {
    const name = `${project}-${new Date(fromMs).toISOString().slice(0, 7)}-${kind}`
    const state = `${epoch} ${marks.get(fromMs) ?? ''}`
    const isClosed = fromMs < newestMs
    const files = isClosed ? allFiles : null
    const inMemory = (): KeptColumns | null => {
      const before = memory.get<KeptColumns>(name)
      return before?.state === state ? before : null
    }
    const hasFile = (): boolean => files?.has(name, state) ?? false
    const isKept = (): boolean => inMemory() !== null || hasFile()
    function columns(): Of<Kind> {
      const before = inMemory()
      if (before !== null) return before.columns as Of<Kind>
      const inFile = files?.read(name, state) ?? null
      const read = (inFile ?? readTables(kind, fromMs)) as Of<Kind>
      if (inFile === null && read.at.length >= minRowsOfFile) files?.write(name, state, read)
      memory.keep(name, {state, columns: read} satisfies KeptColumns, sizeOf(read))
      return read
    }
    return {fromMs, state, isClosed, columns, isKept, hasFile}
  }

  function readTables(kind: 'runs' | 'features', from: number): RunColumns | FeatureColumns {
    const read = kind === 'runs' ? readRunColumns : readFeatureColumns
    const to = startOfNextPeriod(from, 'month')
    return read(database, {project, from, to, usesTo: from === unfinished?.from ? from : to, salt: epoch})
  }

  const open = <Kind extends 'runs' | 'features'>(kind: Kind, spans: readonly Span[]): Month<Of<Kind>>[] => {
    const starts = new Set(spans.flatMap(span => monthsOf(span, known)))
    return [...starts].sort((a, b) => a - b).map(fromMs => month(kind, fromMs))
  }
  return {epoch, runs: spans => open('runs', spans), features: spans => open('features', spans)}
}

type Of<Kind> = Kind extends 'runs' ? RunColumns : FeatureColumns

function monthsOf(span: Span, known: Span): number[] {
  const [fromMs, toMs] = [Math.max(span.fromMs, known.fromMs), Math.min(span.toMs, known.toMs)]
  const months: number[] = []
  if (fromMs < toMs)
    for (let atMs = startOfPeriod(fromMs, 'month'); atMs < toMs; atMs = startOfNextPeriod(atMs, 'month'))
      months.push(atMs)
  return months
}
