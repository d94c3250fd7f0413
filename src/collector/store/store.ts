/**
 * Room `store`: where a collector keeps data, as an interface.
 *
 * `Store` is what one process writes: idempotent inserts, purge, erasure, export. What is read for answers is the interface
 * `StatsSource` in `src/stats/model/source.ts`. The rooms beside this file are the SQLite store: `../store/sqlite.ts` opens
 * it, `tables/` has the schema, `write/` inserts, `facts/` answers, `purge/` deletes, `totals/` keeps what outlives a
 * deletion, `columns/` makes months fast to read.
 * Read next: `sqlite.ts`, then `tables/database.ts`.
 */
import type {ErasureReceipt} from '../../protocol/erasure.ts'
import type {Event} from '../../protocol/event.ts'
import type {Header} from '../../protocol/header.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import type {TableSize} from '../../stats/model/source.ts'

/** An event as it is stored: only declared values, its time corrected and clamped. */
export interface AdmittedEvent {
  readonly event: Event
  /** Unix milliseconds, never after the receipt. */
  readonly timeMs: number
  /** Whether the time lay in the future and was set to the receipt. */
  readonly isClamped: boolean
  /** Values that were dropped because the project does not declare them. */
  readonly undeclaredFields: number
}

/** What one report brings to the store. */
export interface Batch {
  readonly project: string
  readonly header: Header
  /** Unix milliseconds. */
  readonly receivedAtMs: number
  readonly events: readonly AdmittedEvent[]
  /** Events of the report that were refused: counted. */
  readonly refused: number
  /** Datagrams that brought it; none when it came by HTTP. */
  readonly datagrams?: number
  /** What is special about all runs of the batch. */
  readonly mark?: RunMark
}

/** What is to be erased: everything of some people in one project. */
export interface Erasure {
  readonly project: string
  /** The id of the request, a UUID. */
  readonly receipt: string
  /** The pseudonyms of the people. */
  readonly users: readonly string[]
  /** Unix milliseconds. */
  readonly receivedAtMs: number
}

/** What is special about a run that an old client told of. Once marked, it stays so. */
export interface RunMark {
  /** Its client cannot say how it ended: the outcome is unknown, whether an end came or not. */
  readonly isOutcomeUntold: boolean
  /** It is a test and takes part in no answer. */
  readonly isTest: boolean
}

/** What became of datagrams that belong to no project. */
export type QualityCounts = Readonly<Record<'datagrams-unknown' | 'datagrams-lost', number>>

export interface MonthOfFeatures {
  readonly month: string
  readonly events: number
}

/** Refused is what belongs to a time of which only totals are kept. */
export type InsertOutcome = 'accepted' | 'duplicate' | 'refused'

/**
 * Where a collector keeps what it receives. One process writes a store; others may read it at the same time.
 *
 * Writing is idempotent: whatever order starts, ends, repeats, features and copies of them come in, the same events
 * make the same answers. The first write of an event wins: a later start or end of the same run, even under another
 * id, is a duplicate.
 */
export interface Store {
  /**
   * Writes batches in one transaction and resolves when it is on disk: for each batch, the outcome of each event in
   * order. Rejects when nothing was written.
   */
  insert(batches: readonly Batch[]): Promise<readonly (readonly InsertOutcome[])[]>
  /**
   * Erases what the store holds about people: every run that one of their reports told of, with its features and
   * repeats, their features and ends without a run, and what only those rows used. Totals that name nobody remain.
   *
   * One transaction; resolves when no file of the store has the bytes any more. The same receipt again erases what has
   * come since, and resolves to the first time and the counts of all tries. Rejects with a `UsageError`
   * USAGE_COLLECTOR_BUSY when somebody reads the old state for too long: the rows are gone then, the bytes are not, and
   * another try removes them. What is inserted later is stored as ever.
   */
  erase(erasure: Erasure): Promise<ErasureReceipt>
  /** Adds to the counts of what cannot be told of any project, on the day of this instant (Unix milliseconds). */
  addQuality(counts: QualityCounts, atMs: number): Promise<void>
  /**
   * The months of which single uses of features are kept and that begin before an instant, oldest first, with how many
   * events each has; `YYYY-MM`, UTC.
   */
  featureMonths(project: string, beforeMs: number): Promise<readonly MonthOfFeatures[]>
  /**
   * Replaces the single uses of features of a month by totals, in one transaction: by feature, of the month, and with
   * `withYear` of its whole year if that is still there. The days on which people used something without a run stay
   * known, so that no number of people changes. Months go in their order: what is older has to be gone. Resolves to the
   * number of events that are gone.
   */
  purgeFeatures(project: string, month: string, withYear: boolean): Promise<number>
  /** The oldest month, `YYYY-MM`, that has single runs or people and is not purged; null when there is none. */
  oldestRunMonth(project: string): Promise<string | null>
  /** How many runs began in a month `YYYY-MM` or a year `YYYY`, and how many of them still run. */
  countRuns(project: string, span: string, lostBeforeMs: number): Promise<{runs: number; running: number}>
  /**
   * Replaces the single runs of a month by totals, in one transaction, and with `withYear` counts its whole year before
   * the first month of it goes: what a question about just that month or year is told of runs and people. Ends without a
   * run and the days of people go as well. A run that gave a sign of life after the month stays until that one goes: its
   * events are known, so that it is not counted anew. Months go in their order. Resolves to the number of runs of the month.
   */
  purgeRuns(project: ProjectFile, month: string, withYear: boolean, nowMs: number): Promise<number>
  /** Deletes headers that nothing uses any more: pseudonyms among them. Does nothing when no purge has left any. */
  sweepHeaders(project: string): Promise<void>
  /** Remembers how large the store is on the day of an instant, so that its growth is known. Once a day is enough. */
  noteSize(nowMs: number): Promise<void>
  /** Remembers how large the tables are, which takes too long to be measured with every question. */
  noteTables(tables: readonly TableSize[]): Promise<void>
  /** Keeps the project files, so that whoever reads the store knows what was declared. */
  saveProjects(projects: readonly ProjectFile[]): Promise<void>
  /** Ends the writing and gives the store free. Does nothing the second time. */
  close(): Promise<void>
}

/** Events of a store that share a header, and what is special about their runs. */
export interface ExportedGroup {
  readonly header: Header
  readonly mark: RunMark | null
  readonly events: readonly Event[]
}

/** A reader of everything that a store has of a project. */
export interface EventSource {
  /**
   * Gives every event of a project: runs, repeated starts, features, ends without a run. What is written or erased
   * meanwhile may be in it or not.
   */
  groups(project: string): AsyncIterable<ExportedGroup>
  close(): Promise<void>
}
