/**
 * Room `model`: the types of question, facts and answer, and the calendar.
 *
 * `answers.ts` is the registry of all answers: to add an answer, begin there. `Stats` is what `usage stats --json`
 * prints and what a collector's HTTP answer contains; other programs rely on it, so keys are added and never renamed.
 * `source.ts` is the interface that every store implements. `period.ts` cuts ranges into days, weeks, months and years,
 * in UTC. Pure types and functions.
 * Read next: `answers.ts`, `source.ts`, `query.ts`.
 */
import type {Measure, PeopleMeasure, RunsByUser, UserMeasure} from './bounds.ts'
import type {Breakdowns, DetailStats, FieldStats, Usage, UserBounds, VersionAnswers} from './breakdowns.ts'
import type {StatsFilters, UnknownFilter} from './filters.ts'
import type {Fault, OutcomeAnswers, OutcomeStats, SuccessRateStats} from './outcomes.ts'
import type {AroundMark, Mark, PeriodLength} from './period.ts'

export type {Count, Measure, PeopleMeasure, PeriodValue, RunsByUser, UserMeasure} from './bounds.ts'
export type {DetailStats, FieldCounts, FieldStats, FieldValue} from './breakdowns.ts'
export type {Fault, OutcomeStats, Outcomes, SuccessRate, SuccessRateStats} from './outcomes.ts'
export type {AroundMark, Mark} from './period.ts'

/**
 * The answers about one project over one range: the JSON of `usage stats --json` and of `GET /v1/projects/{id}/stats`,
 * and the source of all other formats. Other programs rely on it: keys are added, never renamed. Every key is always
 * present. An unknown value is `null`, and so is an answer that a filter makes impossible: `unanswered` lists those
 * keys. The meaning of each key is in `docs/stats.md`.
 */
export interface Stats extends Breakdowns, OutcomeAnswers, VersionAnswers {
  readonly project: string
  /** First and last day of the range, both included, UTC. */
  readonly from: string
  readonly to: string
  readonly by: PeriodLength
  /** The name of the reporting year, if the range is one: `2026`, or `FY2025/26`; else null. */
  readonly year: string | null
  /** The periods of all answers over time, in order. */
  readonly periods: readonly StatsPeriod[]
  /** The days of the range to mark in charts, in order. */
  readonly marks: readonly Mark[]
  readonly filters: StatsFilters
  /**
   * How many different people at least are behind the rows of fewer than five users of a breakdown, together. With
   * enough of them, these rows can be left out without another row. A breakdown without is absent.
   */
  readonly fewUsers: readonly {readonly answer: keyof Breakdowns; readonly usersLow: number}[]
  /** The first day of which the collector has data of the project; null without data. */
  readonly since: string | null
  /** Filters whose value nobody reported in the range, if they leave nothing to answer. */
  readonly unknownFilters: readonly UnknownFilter[]
  /** The keys that are null because of a filter; `trend.runsChange` for a key inside another. */
  readonly unanswered: readonly string[]
  /** Different people, without CI. */
  readonly users: UserMeasure
  readonly hosts: PeopleMeasure
  readonly runs: Measure<number> | null
  readonly scripts: Measure | null
  readonly uncertainUsers: readonly UncertainUsers[]
  readonly userFlow: readonly UserFlow[]
  readonly duration: DurationStats | null
  readonly outcomes: OutcomeStats | null
  readonly successRate: SuccessRateStats | null
  /** How most of the runs ended that failed or were ended by a signal. Null if there are none. */
  readonly commonestFault: Fault | null
  /** Runs by exit code, the most frequent first. */
  readonly exitCodes: readonly {readonly exitCode: number; readonly runs: number}[] | null
  /** Null with a filter on a field. */
  readonly features: readonly FeatureStats[] | null
  /**
   * The details of the 100 features with the most uses. Null with a filter on a field, and if single uses of the range are
   * purged.
   */
  readonly details: readonly DetailStats[] | null
  /** Declared names of features that nobody used in the range. */
  readonly unusedFeatures: readonly string[] | null
  /** The versions in each period, without those that have no run in it. */
  readonly adoption: readonly Adoption[] | null
  readonly ci: CiStats | null
  /** Two for each of the newest marks: the time before it and the time after it. */
  readonly beforeAndAfter: readonly AroundMark[] | null
  /** Each declared field, by name. */
  readonly fields: Readonly<Record<string, FieldStats>> | null
  /** The programs that sent reports, those with most reports first. Null with a filter. */
  readonly clients: readonly ClientReports[] | null
  readonly trend: Trend
  readonly quality: Quality
}

/**
 * Users who are counted, and may not be people of their own. `only-agents`: coding agents ran everything of theirs.
 * `only-new-homes`: the secret of their pseudonym was made during each of their runs, as in a container that begins with
 * an empty home, so one person may be several of them. A kind without users is absent.
 */
export interface UncertainUsers extends UserBounds {
  readonly kind: 'only-agents' | 'only-new-homes'
}

/**
 * How many users of a period were seen before. Pseudonyms change with each rotation period, so this is known only
 * within one. An unknown value is null, and `reason` says why.
 */
export interface UserFlow {
  readonly period: string
  /** The first day on which a user could be seen before the period; null if `new` is unknown. */
  readonly since: string | null
  /** Not seen from `since` until the period. `new` and `returning` together are all users of the period. */
  readonly new: number | null
  readonly returning: number | null
  /** Users of the calendar period before who were not seen in this one. */
  readonly lost: number | null
  /**
   * Why a value is null. `pseudonyms-changed`: a rotation period began with or within this period (all are null) or
   * within the one before (`lost` is null). `unfinished`: the period is in progress, or the range cuts it or the one
   * before, so lost users are unknown. `runs-gone`: only totals are stored for the time of the comparison.
   * `not-collected`: there is no data from before the period. `users-unknown`: runs do not say who started them.
   */
  readonly reason: 'pseudonyms-changed' | 'unfinished' | 'runs-gone' | 'not-collected' | 'users-unknown' | null
  readonly complete: boolean
}

export interface Adoption {
  readonly period: string
  readonly versions: readonly (Usage & {readonly version: string | null})[]
  readonly complete: boolean
}

/** Runs of continuous integration and their share of all runs, null without runs. */
export interface CiStats {
  readonly runs: number
  readonly share: number | null
  readonly vendors: readonly {readonly name: string; readonly runs: number}[]
}

/**
 * The duration of runs that have an end: the reported seconds, or else the time from start to end. Percentiles
 * interpolate between the two nearest runs. They are exact, except over several totals of purged runs: then each is at
 * most `percentileBound` times the true one away from it.
 */
export interface Duration {
  readonly n: number
  readonly meanSeconds: number | null
  readonly p50Seconds: number | null
  readonly p90Seconds: number | null
  readonly p99Seconds: number | null
  /** 0 is exact. Null if there are no percentiles. */
  readonly percentileBound: number | null
}
export interface DurationStats extends Duration {
  readonly periods: readonly (Duration & {readonly period: string; readonly complete: boolean})[]
}

/**
 * How long single uses took. All are null if no use has a duration of its own. Each percentile is at most
 * `percentileBound` times the true one away from it: 0.011 is 1.1 %.
 */
export interface FeatureDurations {
  readonly p50Seconds: number | null
  readonly p90Seconds: number | null
  readonly p99Seconds: number | null
  readonly maxSeconds: number | null
  readonly percentileBound: number | null
}

export interface FeatureStats extends UserBounds, FeatureDurations {
  readonly type: string
  readonly name: string
  /** All uses. `internalCount` of them are internal: another part of the software made them, not a person. */
  readonly count: number
  readonly internalCount: number
  /** Null where only totals of several months are stored: different ones cannot be added. */
  readonly runs: number | null
  /** Uses that do not say who made them, without CI, and their UTC days. */
  readonly usesWithoutUser: number
  readonly daysWithoutUser: number
  /** Seconds of one use, over the uses with a duration. */
  readonly meanSeconds: number | null
}

/** The reports of one program and version. Without a name: of all beyond those that have a row. */
export interface ClientReports {
  readonly name: string | null
  readonly version: string | null
  readonly reports: number
}

/** The counts of the time with which a range is compared. All are null if there is a reason not to compare. */
export interface Before extends RunsByUser {
  readonly from: string
  readonly to: string
  /**
   * Why nothing is compared. `too-long`: the range is longer than a year. `not-collected`: there is no data from the
   * beginning of that time. `gone`: retention removed the data. `few-users`: a report leaves it out.
   */
  readonly reason: 'too-long' | 'not-collected' | 'gone' | 'few-users' | null
  readonly runs: number | null
  /** Null if it is not exact. */
  readonly users: number | null
  readonly usersExact: boolean
  readonly usersLow: number | null
  readonly usersHigh: number | null
}

/**
 * The range compared with the time of the same length before it, and with the same dates a year earlier. A range in
 * progress is compared with an equally long part of them. A change is a share (0.29 is 29 % more), null if unknown.
 */
export interface Trend {
  readonly previous: Before
  readonly runsChange: number | null
  readonly usersChange: number | null
  readonly yearBefore: Before & {readonly runsChange: number | null; readonly usersChange: number | null}
  /** Whether the range is over. */
  readonly complete: boolean
}

/**
 * What is known about the data. Counts of whole reports, or of runs, are null with filters that select among them:
 * `quality-counts.ts` lists them.
 */
export interface Quality {
  /** Events that arrived again and were not counted again. Null also if the store does not count them. */
  readonly duplicates: number | null
  /** Events that the collector rejected. */
  readonly refused: number | null
  /** Ends and features for which no run was found. */
  readonly unpaired: number
  /** Events from the future, by the clock of the collector. */
  readonly clamped: number | null
  /** Events from wrong clocks, stored without the pseudonyms, which were made for another period. */
  readonly wrongPeriods: number | null
  /** Values of fields that the project does not declare; their events were stored without them. */
  readonly undeclaredFields: number | null
  /** Events with a value that was one of too many new ones of a day. It is shown as `(other)`. */
  readonly folded: number | null
  /** Events that were not stored because the project sent too many in a short time. Their senders may have tried again. */
  readonly beyondBudget: number | null
  /** Feature events that wait until the project declares their feature, of any time. No other number contains them. */
  readonly pending: number | null
  /**
   * Runs and feature events of the months of the range that people had erased. No other number contains them. Months
   * are whole, because only monthly totals of erased events are stored.
   */
  readonly erased: {readonly runs: number; readonly features: number} | null
  /** Datagrams with events of this project. */
  readonly datagrams: number | null
  /**
   * Datagrams that the collector lost, of all projects, because their project is unknown. Zero if the kernel does not
   * report it.
   */
  readonly datagramsLost: number | null
  /** Datagrams that the collector could not read, of all projects. */
  readonly datagramsUnknown: number | null
  readonly ciRuns: number | null
  /**
   * When the collector received the last report of the project, RFC 3339, exact to the minute, whatever the range and the
   * filters. Null if it is unknown, or if there was none; imported history is none.
   */
  readonly lastReport: string | null
  /** The first day with single uses of features; before it there are totals. Null if all are stored. */
  readonly featuresSince: string | null
  /** The same for single runs. */
  readonly runsSince: string | null
  /** Size on disk of the whole store. */
  readonly storeBytes: number
  /** Its largest tables with their indexes at the last measurement; null before the first. */
  readonly tables: readonly {readonly name: string; readonly bytes: number; readonly rows: number}[] | null
  /** Bytes of one run, and of one feature event, by the tables; null if unknown or below 1,000 rows. */
  readonly bytesPerRun: number | null
  readonly bytesPerFeature: number | null
  /** Free space on its disk; null if unknown. */
  readonly freeBytes: number | null
  /** The growth of the store in 30 days, from the last 90 days; null until a week is known. */
  readonly growthBytes: number | null
  /** The day on which the disk is full at this rate; null if the store does not grow, or not within fifty years. */
  readonly diskFullOn: string | null
}

/** A period of the range. */
export interface StatsPeriod {
  /** `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`, `FY2025/26`. */
  readonly period: string
  /** Its first and its last day in the range, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  /** False for a period that is in progress or only partly in the range. */
  readonly complete: boolean
}
