/** How the runs of a range ended. The sum of the six is the number of runs. */
export interface Outcomes {
  readonly ok: number
  readonly failed: number
  readonly signal: number
  /** No end and no other sign of life for the time that the project sets. A late end still counts. */
  readonly lost: number
  /** No end yet, and not lost. */
  readonly running: number
  /** Ended without a code or a signal, or reported by a client that cannot say how a run ends. */
  readonly unknown: number
}
export interface OutcomeStats extends Outcomes {
  readonly periods: readonly (Outcomes & {readonly period: string; readonly complete: boolean})[]
}

/**
 * ok / (ok + failed + signal), with its bounds: all lost and unknown runs failed (`low`) or succeeded (`high`). Runs
 * that are still running are not counted.
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

/** Runs that ended in one way. Exit code and signal are null unless the outcome is `ok`, `failed` or `signal`. */
export interface Ending {
  readonly outcome: keyof Outcomes
  readonly exitCode: number | null
  readonly signal: string | null
  readonly runs: number
}

/** A fault and its share of the runs with a known result: ok, failed and signal. */
export interface FaultShare extends Fault {
  readonly share: number
}

/** How the runs of a version or of a feature ended. */
export interface OutcomesOf extends Outcomes {
  /** The sum of all outcomes. */
  readonly runs: number
  /** ok / (ok + failed + signal); null if no result is known. */
  readonly successRate: number | null
  /** The most common faults, at most three, the most frequent first. */
  readonly faults: readonly FaultShare[]
}

/** The answers about how runs ended, by what they used. */
export interface OutcomeAnswers {
  /**
   * How the runs of each version ended, the version with the most runs first. Null also if the range contains purged
   * runs whose outcomes were counted without their version.
   */
  readonly versionOutcomes: readonly (OutcomesOf & {readonly version: string | null})[] | null
  /**
   * How the runs ended that used a feature: of the 100 features with the most runs. Null if single uses or runs of the
   * range are purged.
   */
  readonly featureOutcomes: readonly (OutcomesOf & FeatureKey)[] | null
  /** The same for each version in which the feature was used: the 200 with the most runs. */
  readonly featureVersionOutcomes: readonly (OutcomesOf & FeatureKey & {readonly version: string | null})[] | null
  /** What fails much more often than the rest, at most five. */
  readonly conspicuous: readonly Conspicuous[] | null
}

interface FeatureKey {
  readonly type: string
  readonly name: string
}

/** A version, a feature, or a feature in a version, whose runs fail much more often than the others. */
export interface Conspicuous {
  /** Null for a feature in all versions. */
  readonly version: string | null
  /** Both null for a version with all features. */
  readonly type: string | null
  readonly name: string | null
  /** Its runs with a known result. */
  readonly runs: number
  /** Those of them that failed or were ended by a signal, and their share. */
  readonly failures: number
  readonly failureShare: number
  /** The other runs with a known result, and the share of failures among them. */
  readonly otherRuns: number
  readonly otherShare: number
  /** Its most common faults, as in `OutcomesOf`. */
  readonly faults: readonly FaultShare[]
}

/** What each outcome means, in the order in which outcomes are shown. */
export const outcomeMeanings: Readonly<Record<keyof Outcomes, string>> = {
  ok: 'exit code 0',
  failed: 'another exit code',
  signal: 'ended by a signal',
  lost: 'no end reported in time',
  running: 'still running',
  unknown: 'ended without a known result',
}

export const outcomeNames = Object.keys(outcomeMeanings) as readonly (keyof Outcomes)[]
