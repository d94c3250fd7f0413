import type {PeriodLength} from './period.ts'

/**
 * The answers about one project over one range: what `usage stats --json` and a collector's
 * `GET /v1/projects/{id}/stats` give, and what every other form is made from. Other programs rely on it: fields are
 * added, not renamed. Every key is always there; what is unknown is `null`.
 */
export interface Stats {
  readonly project: string
  /** First and last day of the range, both included, UTC. */
  readonly from: string
  readonly to: string
  readonly by: PeriodLength
  /** Different people; CI is not among them. */
  readonly users: Measure
  readonly hosts: Measure
  readonly runs: Measure
  readonly scripts: Measure
  readonly duration: DurationStats
  readonly outcomes: OutcomeStats
  readonly successRate: SuccessRate
  /** Of the runs that failed or died of a signal: how most of them ended. Null when none did. */
  readonly commonestFault: Fault | null
  /** Codes of the runs that ended with one, the most frequent first. */
  readonly exitCodes: readonly {readonly exitCode: number; readonly runs: number}[]
  readonly features: readonly FeatureStats[]
  /** Declared names that nobody used in the range. */
  readonly unusedFeatures: readonly string[]
  readonly versions: readonly {readonly version: string | null; readonly runs: number; readonly users: number}[]
  readonly systems: readonly {readonly name: string | null; readonly runs: number; readonly users: number}[]
  /** Each declared field, by name. */
  readonly fields: Readonly<Record<string, FieldStats>>
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
  readonly runs: number
  readonly users: number
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

/**
 * The range compared with the time of the same length before it. An unfinished range is compared with as much of the
 * time before as has passed of it. A change is a share (0.29 is 29 % more), null when it cannot be known.
 */
export interface Trend {
  readonly previous: {readonly from: string; readonly to: string; readonly runs: number; readonly users: number}
  readonly runsChange: number | null
  readonly usersChange: number | null
  /** Whether the range is over. */
  readonly complete: boolean
}

/** What is known about the data themselves. */
export interface Quality {
  /** Events that came again, and were not counted again. */
  readonly duplicates: number
  /** Events that were not taken. */
  readonly refused: number
  /** Ends and features that no run was found for. */
  readonly unpaired: number
  /** Events whose time lay in the future of the collector's clock. */
  readonly clamped: number
  /** Values of fields that the project does not declare; their events were taken without them. */
  readonly undeclaredFields: number
  /**
   * Runs and feature events of the months of the range that people had erased. They are in no other number; the months
   * are whole ones, because that is all that is kept of them.
   */
  readonly erased: {readonly runs: number; readonly features: number}
  /** Datagrams that brought something for this project. */
  readonly datagrams: number
  /** Datagrams that the collector lost, of whatever project: nobody can know of which. Zero where the kernel does not say. */
  readonly datagramsLost: number
  /** Datagrams that the collector could not read, of whatever project. */
  readonly datagramsUnknown: number
  readonly ciRuns: number
  /** Size on disk of the whole store. */
  readonly storeBytes: number
}
