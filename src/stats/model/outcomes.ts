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
