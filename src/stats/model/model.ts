/**
 * Room `model`: the types of question, facts and answer, and the calendar.
 *
 * `answers.ts` is the registry of all answers: to add an answer, begin there. `Stats` is what `usage stats --json` prints and
 * what a collector's HTTP answer contains; other programs rely on it, so keys are added and never renamed. `source.ts` is
 * the interface that every store implements. `period.ts` cuts ranges into days, weeks, months and years, in UTC. Pure types
 * and functions.
 * Read next: `answers.ts`, `source.ts`, `query.ts`.
 */
import type {Breakdowns, Usage} from './breakdowns.ts'
import type {StatsFilters} from './filters.ts'
import type {PeriodLength} from './period.ts'

/**
 * The answers about one project over one range: the JSON of `usage stats --json` and of `GET /v1/projects/{id}/stats`, and
 * the source of all other formats. Other programs rely on it: keys are added, never renamed. Every key is always present.
 * An unknown value is `null`, and so is an answer that a filter makes impossible: `unanswered` lists those keys. The
 * meaning of each key is in `docs/stats.md`.
 */
export interface Stats extends Breakdowns {
  readonly project: string
  /** First and last day of the range, both included, UTC. */
  readonly from: string
  readonly to: string
  readonly by: PeriodLength
  readonly filters: StatsFilters
  /** Names of the answers that a filter makes unanswerable, `trend.runsChange` for one inside another. */
  readonly unanswered: readonly string[]
  /** Different people; CI is not among them. */
  readonly users: PeopleMeasure
  readonly hosts: PeopleMeasure
  readonly runs: Measure | null
  readonly scripts: Measure | null
  readonly userFlow: readonly UserFlow[]
  readonly duration: DurationStats | null
  readonly outcomes: OutcomeStats | null
  readonly successRate: SuccessRateStats | null
  /** Of the runs that failed or died of a signal: how most of them ended. Null when none did. */
  readonly commonestFault: Fault | null
  /** Codes of the runs that ended with one, the most frequent first. */
  readonly exitCodes: readonly {readonly exitCode: number; readonly runs: number}[] | null
  readonly features: readonly FeatureStats[]
  /** Declared names that nobody used in the range. */
  readonly unusedFeatures: readonly string[] | null
  /** The versions in each period, without those that have no run in it. */
  readonly adoption: readonly Adoption[] | null
  readonly ci: CiStats | null
  /** Each declared field, by name. */
  readonly fields: Readonly<Record<string, FieldStats>> | null
  readonly trend: Trend
  readonly quality: Quality
}

/** A count over the range and in each period. The total of different things is never the sum of the periods. */
export interface Measure extends Count {
  readonly periods: readonly PeriodValue[]
}

/**
 * How many there are. Pseudonyms change with each rotation period, so across periods the same person may be counted
 * again: then `exact` is false, `total` is the number of different pseudonyms, and the truth lies in `low` to `high`.
 */
export interface Count {
  readonly total: number
  readonly exact: boolean
  readonly low: number
  readonly high: number
}

/** A count of people or of their hosts. */
export interface PeopleMeasure extends Count {
  /** Those of them that were seen on at least two UTC days of the range. */
  readonly onSeveralDays: Count
  readonly periods: readonly (PeriodValue & {readonly onSeveralDays: Count})[]
}

/**
 * Who of a period's users was seen before. Pseudonyms change with each rotation period, so this is known within one
 * alone; what cannot be known is null, and `reason` says why.
 */
export interface UserFlow {
  readonly period: string
  /** Not seen in the rotation period before this period; together with `returning` the users of the period. */
  readonly new: number | null
  readonly returning: number | null
  /** Users of the calendar period before that were not seen in this one. */
  readonly lost: number | null
  /**
   * Why something is null. `pseudonyms-changed`: a rotation period began with or within this period (all are null) or
   * the one before (`lost` is). `unfinished`: the period is not over, or the range cuts it or the one before,
   * so nobody is known to be lost. `runs-gone`: only totals are kept of what this period is compared with.
   */
  readonly reason: 'pseudonyms-changed' | 'unfinished' | 'runs-gone' | null
  readonly complete: boolean
}

export interface Adoption {
  readonly period: string
  readonly versions: readonly (Usage & {readonly version: string | null})[]
  readonly complete: boolean
}

/** Runs of continuous integration, whose share is of all runs: null when there are none. */
export interface CiStats {
  readonly runs: number
  readonly share: number | null
  readonly vendors: readonly {readonly name: string; readonly runs: number}[]
}

export interface PeriodValue {
  readonly period: string
  readonly value: number
  /** False for a period that is not over, or that the range cuts: not to be read as a fall. */
  readonly complete: boolean
  readonly exact: boolean
  readonly low: number
  readonly high: number
}

/**
 * How long runs took that have an end: their reported seconds, else the time from start to end. Percentiles are exact
 * and interpolate linearly between the two nearest runs.
 */
export interface Duration {
  readonly n: number
  readonly meanSeconds: number | null
  readonly p50Seconds: number | null
  readonly p90Seconds: number | null
  readonly p99Seconds: number | null
}
export interface DurationStats extends Duration {
  readonly periods: readonly (Duration & {readonly period: string; readonly complete: boolean})[]
}

/** How the runs ended that began in a range. The six add up to its runs. */
export interface Outcomes {
  readonly ok: number
  readonly failed: number
  readonly signal: number
  /** No end, and no other sign of life for the time that the project sets. A late end still wins. */
  readonly lost: number
  /** No end yet, and not lost. */
  readonly running: number
  /** Ended without a code or a signal, or told of by a client that cannot say how a run ends. */
  readonly unknown: number
}
export interface OutcomeStats extends Outcomes {
  readonly periods: readonly (Outcomes & {readonly period: string; readonly complete: boolean})[]
}

/**
 * ok / (ok + failed + signal), and its bounds: were all lost and unknown runs failures (`low`) or successes (`high`).
 * Running ones say nothing yet.
 */
export interface SuccessRate {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

export interface SuccessRateStats extends SuccessRate {
  readonly periods: readonly (SuccessRate & {readonly period: string; readonly complete: boolean})[]
}

/** Either an exit code or a signal; the other is null. */
export interface Fault {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly runs: number
}

export interface FeatureStats {
  readonly type: string
  readonly name: string
  /** All uses, of which `internalCount` did not come from a person directly. */
  readonly count: number
  readonly internalCount: number
  /** Null where only totals of several months are kept: different ones do not add up. */
  readonly runs: number | null
  readonly users: number | null
  /** Seconds of one use, over the events that say how long they took. */
  readonly meanSeconds: number | null
}

/** A declared field over the runs that have it. Numbers have mean, median and max, everything else its values. */
export interface FieldStats {
  readonly n: number
  readonly mean: number | null
  readonly median: number | null
  readonly max: number | null
  readonly values: readonly {readonly value: string | boolean; readonly runs: number}[] | null
}

/** What a range is compared with. Its users lie within the bounds. */
export interface Before {
  readonly from: string
  readonly to: string
  readonly runs: number | null
  /** Null, and so the bounds, where what a filter chooses by is gone. */
  readonly users: number | null
  readonly usersExact: boolean
  readonly usersLow: number | null
  readonly usersHigh: number | null
}

/**
 * The range compared with the time of the same length before it, and with the same dates a year before. An unfinished
 * range is compared with as much of them as has passed of it. A change is a share (0.29 is 29 % more), null when it
 * cannot be known.
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
 * What is known about the data themselves. What is counted of whole reports, or of runs, is null under filters that
 * select among them.
 */
export interface Quality {
  /** Events that came again, and were not counted again. */
  readonly duplicates: number | null
  /** Events that were not taken. */
  readonly refused: number | null
  /** Ends and features that no run was found for. */
  readonly unpaired: number
  /** Events whose time lay in the future of the collector's clock. */
  readonly clamped: number | null
  /** Values of fields that the project does not declare; their events were taken without them. */
  readonly undeclaredFields: number | null
  /**
   * Runs and feature events of the months of the range that people had erased. They are in no other number; the months
   * are whole ones, because that is all that is kept of them.
   */
  readonly erased: {readonly runs: number; readonly features: number} | null
  /** Datagrams that brought something for this project. */
  readonly datagrams: number | null
  /** Datagrams that the collector lost, of whatever project: nobody can know of which. Zero where the kernel does not say. */
  readonly datagramsLost: number | null
  /** Datagrams that the collector could not read, of whatever project. */
  readonly datagramsUnknown: number | null
  readonly ciRuns: number | null
  /** The first day of which single uses of features are known: before it there are totals. Null while all are known. */
  readonly featuresSince: string | null
  /** The same of single runs. */
  readonly runsSince: string | null
  /** Size on disk of the whole store. */
  readonly storeBytes: number
  /** Its largest tables with their indexes, as they were when they were last measured; null while none was. */
  readonly tables: readonly {readonly name: string; readonly bytes: number; readonly rows: number}[] | null
  /** Bytes of one run, and of one feature event, by the tables; null where that is not known. */
  readonly bytesPerRun: number | null
  readonly bytesPerFeature: number | null
  /** What its disk has room for; null where that is not known. */
  readonly freeBytes: number | null
  /** How much the store grew in thirty days, as the last ninety were; null until a week is known. */
  readonly growthBytes: number | null
  /** The day on which the disk is full if it goes on like that; null if it does not grow, or not within fifty years. */
  readonly diskFullOn: string | null
}
