/**
 * Room `store`: the interface of a collector's database.
 *
 * One process writes a `Store`: idempotent inserts, purges and erasures. Answers are read through the interface
 * `StatsSource` in `src/stats/model/source.ts`. The rooms beside this file: `sqlite/` is the store in a SQLite file,
 * `clickhouse/` the one on ClickHouse, `rules/` says what every store does, and
 * `totals/` adds up what is kept of deleted events, for every store.
 * Read next: `sqlite/sqlite.ts`.
 */

import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {AccessPage} from '../../protocol/report/access.ts'
import type {ErasureReceipt} from '../../protocol/report/erasure.ts'
import type {Event} from '../../protocol/report/event.ts'
import type {Header} from '../../protocol/report/header.ts'
import type {FieldValues} from '../../protocol/values/scalars.ts'
import type {OtherPart, PartOf, StorePart} from './parts.ts'

/** An event as it is stored: only declared values, and a corrected and clamped time. */
export interface AdmittedEvent {
  readonly event: Event
  /** Unix milliseconds, never after the receipt. */
  readonly timeMs: number
  /** Whether the time was in the future and was set to the receipt. */
  readonly isClamped: boolean
  /** Number of values that were dropped because the project does not declare them. */
  readonly undeclaredFields: number
  /** Those values, which are kept apart until the project declares them. Default: none. */
  readonly undeclared?: FieldValues
}

/** How many months are prepared for answers, and how many must be. */
export interface Prepared {
  readonly done: number
  readonly of: number
}

export type OnReading = (prepared: Prepared) => void

/** The events of one report, as they are stored. */
export interface Batch {
  readonly project: string
  readonly header: Header
  /** Unix milliseconds. */
  readonly receivedAtMs: number
  readonly events: readonly AdmittedEvent[]
  /** Feature events that are kept apart until the project declares their feature. Default: none. */
  readonly pending?: readonly AdmittedEvent[]
  /** Number of events of the report that were rejected. */
  readonly refused: number
  /** The codes of the rejected events, for the log. Default: none. */
  readonly refusedAs?: readonly string[]
  /** Whether the pseudonyms of the report were dropped: they were not of the period of its events. Default: false. */
  readonly hasWrongPeriod?: boolean
  /** Number of datagrams that contained the events. Default: 0, for HTTP. */
  readonly datagrams?: number
  /** The key of the sender's address, which is kept in memory only: senders share what is bounded. Default: not shared. */
  readonly source?: string
  /** Whether a maintainer imports the events: all their values are stored as they are. Default: false. */
  readonly isTrusted?: boolean
  /** Number of events of earlier batches of the project that were beyond its budget and not stored. Default: 0. */
  readonly beyondBudget?: number
  /** The program that sent the report: its name and its version, in two lines. Default: unknown. */
  readonly client?: string
  /** A mark for all runs of the batch. Default: none. */
  readonly mark?: RunMark
  /** Whether an export is imported: its counters are imported too, so nothing of the batch is counted. Default: false. */
  readonly isRestored?: boolean
}

/** An erasure: all data of some people in one project. */
export interface Erasure {
  readonly project: string
  /** The id of the request, a UUID. */
  readonly receipt: string
  /** The pseudonyms of the people. */
  readonly users: readonly string[]
  /** Unix milliseconds. */
  readonly receivedAtMs: number
}

/** The end of a project: everything of it is deleted. */
export interface ProjectEnd {
  readonly project: string
  /** The id of the receipt, a UUID. */
  readonly receipt: string
  /** Unix milliseconds. */
  readonly atMs: number
}

/** What the store keeps of an ended project. */
export interface ProjectReceipt {
  readonly project: string
  readonly receipt: string
  /** RFC 3339, UTC. */
  readonly erasedAt: string
  /** Deleted rows. */
  readonly runs: number
  readonly features: number
}

/** Marks a run of an old client. A mark is never removed. */
export interface RunMark {
  /** The client does not report how a run ended: the outcome is unknown, with and without an end. */
  readonly isOutcomeUntold: boolean
  /** The run is a test and is not counted in any answer. */
  readonly isTest: boolean
}

/** Counts of datagrams that belong to no project. */
export type QualityCounts = Readonly<Record<'datagrams-unknown' | 'datagrams-lost', number>>

export interface MonthOfFeatures {
  /** `YYYY-MM`, UTC. */
  readonly month: string
  readonly events: number
}

/** `refused`: the event belongs to a time that only totals cover, or there is no room for pending events. */
export type InsertOutcome = 'accepted' | 'duplicate' | 'refused'

/**
 * The database of a collector. One process writes it. Others may read it at the same time.
 *
 * Writes are idempotent: the same events give the same answers, in any order and with any number of copies. The first
 * write of an event wins: a later start or end of the same run is a duplicate, also under another id.
 *
 * No method blocks the thread for another program. If that holds the lock of the store for more than two seconds, a
 * write rejects with a `UsageError` USAGE_COLLECTOR_BUSY. If the disk is full, failing or read-only, it rejects with
 * USAGE_STORE_UNWRITABLE.
 */
export interface Store {
  /**
   * Writes batches in one transaction. Resolves when it is on disk, to the outcome of each event of each batch, in
   * order, the pending ones last. If it rejects, nothing was written.
   *
   * A value that would be one of too many different ones of its kind is stored as `(other)`: `fold-values.ts`.
   *
   * @param block the id of the batches, a UUID: if they come again, their counters count once where a store does not know
   * its duplicates. Default: a new id.
   */
  insert(batches: readonly Batch[], block?: string): Promise<readonly (readonly InsertOutcome[])[]>
  /**
   * Erases the data of people: the runs that they reported, with features and repeats, their features and ends without
   * a run, and the texts that only these rows used. Totals, which name nobody, remain.
   *
   * Reports are written while the rows are found. One transaction deletes them. Resolves when no file of the store
   * contains the bytes. The same receipt again erases the data that arrived since, and resolves to the first time and the
   * counts of all tries. Rejects with a `UsageError` USAGE_COLLECTOR_BUSY if another program reads the old state for too
   * long: then the rows are deleted, and another try removes their bytes. Later events of the people are stored as usual.
   */
  erase(erasure: Erasure): Promise<ErasureReceipt>
  /**
   * Resolves to the receipt of an erasure that has nothing to do: nothing is stored under the pseudonyms, and no earlier
   * try was stopped. Null: call `erase`. Writes nothing, so keys that nobody has leave no trace and cost an index.
   */
  findErased(erasure: Erasure): Promise<ErasureReceipt | null>
  /**
   * Deletes everything of a project, in many transactions, and gives back the disk of a small store. Resolves to the
   * receipt when no file of the store contains the bytes. The caller has stopped the reports of the project. If it is
   * killed, the next call completes it. Rejects with a `UsageError`: USAGE_PROJECT_UNKNOWN, USAGE_COLLECTOR_BUSY if
   * another program reads the old state for too long.
   *
   * @param pauseReading pauses readers of this process at the end, and resolves to the function that resumes them
   */
  endProject(end: ProjectEnd, pauseReading: () => Promise<() => void>): Promise<ProjectReceipt>
  /** Adds to counts that belong to no project, on the UTC day of an instant (Unix milliseconds). */
  addQuality(counts: QualityCounts, atMs: number): Promise<void>
  /** The first month after another one that has single uses of features. Null if there is none. Skips empty months. */
  nextFeatureMonth(project: string, after: string | null): Promise<MonthOfFeatures | null>
  /**
   * Replaces the single uses of features in a month by totals for each feature. `withYear` also
   * totals the whole year, if none of its months is purged. The days on which a person used a feature without a run are
   * kept, so numbers of people do not change. Purge months in order, oldest first. Resolves to the number of deleted
   * events.
   */
  purgeFeatures(project: ProjectFile, month: string, withYear: boolean): Promise<number>
  /**
   * The first month, `YYYY-MM`, after another one that has single runs or people and is not purged. Null if there is none.
   * Skips empty months. The last month of a run that began in a purged one is not empty.
   */
  nextRunMonth(project: string, after: string | null): Promise<string | null>
  /** The number of runs that began in a month `YYYY-MM` or a year `YYYY`, and how many of them are still running. */
  countRuns(project: string, span: string, lostBeforeMs: number): Promise<{runs: number; running: number}>
  /**
   * Replaces the single runs of a month by totals. The totals answer questions about exactly this
   * month. `withYear` also totals the whole year, if none of its months is purged. Ends without a run and days of
   * people are deleted too. A run with a sign of life after the month is kept until a later month is purged, so that
   * its later events do not count it again. Purge months in order, oldest first. Resolves to the number of runs of the
   * month.
   */
  purgeRuns(project: ProjectFile, month: string, withYear: boolean, nowMs: number): Promise<number>
  /**
   * Deletes the rest of a purge that was killed: single rows that totals already contain and that no answer counts. A
   * purge stores the totals in one transaction, and deletes the rows afterwards in many short ones.
   */
  finishPurge(project: string): Promise<void>
  /**
   * The newest time at which a collector wrote the store, Unix milliseconds, exact to the day. Null if none has called
   * `maintain`.
   */
  newestMs(): Promise<number | null>
  /**
   * Counts the pending events and values of a project that its file declares by now, some in each transaction. Resolves
   * to their number. The others keep waiting.
   */
  releasePending(project: ProjectFile): Promise<number>
  /**
   * Deletes what was received before an instant and is still pending, of one project (an id) or of all (null). Its
   * events count as refused on the day of `nowMs`. Resolves to their number. Unix milliseconds. A purge ends with it:
   * then pseudonyms that no row uses are deleted too.
   */
  expirePending(project: string | null, beforeMs: number, nowMs: number): Promise<number>
  /** Resolves if the store can be written. Changes nothing that an answer shows. */
  probe(): Promise<void>
  /**
   * Does what keeps the store small: call it at a start and after each purge. The first call of a UTC day stores that the
   * store was written on it, with the size of the store. Work that takes long is done in pieces between other writes,
   * until `isStopped`.
   */
  maintain(nowMs: number, how?: Maintenance): Promise<void>
  /**
   * Restores what an export has beside events. A part that is restored again changes nothing. The `begin` comes first,
   * and answers use totals from the `end` on. Rejects with a `UsageError`: USAGE_IMPORT_CONFLICT for a `begin` if the
   * store has data of its own in the time that only totals cover, USAGE_IMPORT_UNREADABLE before a `begin`.
   */
  restore(project: string, part: StorePart): Promise<void>
  /** Stores the project files, so that readers of the store, and its inserts, know the declarations. */
  saveProjects(projects: readonly ProjectFile[]): Promise<void>
  /** Closes the store and releases its lock. A second call does nothing. */
  close(): Promise<void>
}

export interface Maintenance {
  /** Starts no further piece of work that takes long. Default: never. */
  readonly isStopped?: () => boolean | Promise<boolean>
  /** Allows work that blocks the thread. Default: false. */
  readonly mayRewrite?: boolean
}

/** Events of a store that share a header and a mark. */
export interface ExportedGroup {
  readonly header: Header
  readonly mark: RunMark | null
  readonly events: readonly Event[]
  /** The ids of feature events whose time was in the future and was set to the receipt. */
  readonly clamped: readonly string[]
}

/** Reads everything that a store has of a project: the begin, then the events, then the others. */
export interface EventSource {
  /** Reads the first part of an export. */
  begin(project: string): Promise<PartOf<'begin'>>
  /**
   * Yields all events of a project: runs, repeated starts, features, ends without a run. Events that are written or
   * erased meanwhile may be missing or included.
   */
  groups(project: string): AsyncIterable<ExportedGroup>
  /**
   * Yields what a project has beside its events, the `end` last. Rejects with a `UsageError` USAGE_COLLECTOR_BUSY if a
   * month was replaced by totals since the begin.
   */
  others(project: string, begin: PartOf<'begin'>): AsyncIterable<OtherPart>
  close(): Promise<void>
}

/** Which data of a person is asked for. */
export interface HeldQuestion {
  readonly project: string
  /** The pseudonym. */
  readonly user: string
  /** The `next` of the page before. Null: the first page. */
  readonly cursor: string | null
}

/** Reads what a store holds under a pseudonym. */
export interface HeldSource {
  /** Reads one page. A page with a `next` has at least one record. Blocks the thread only for a piece at a time. */
  held(question: HeldQuestion): Promise<AccessPage>
  close(): Promise<void>
}
