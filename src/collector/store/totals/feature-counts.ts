import type {Durations} from '../../../protocol/durations.ts'

/** The counts of one feature. */
export interface FeatureCounts {
  /** The id of the feature in the store. */
  readonly feature: number
  readonly count: number
  /** Uses by other features. */
  readonly internal: number
  /** Different runs. */
  readonly runs: number
  /** Different users. */
  readonly users: number
  /** The sum of the known durations. Null if no duration is known. */
  readonly seconds: number | null
  /** The number of uses with a known duration. Null if there is none. */
  readonly timed: number | null
  /** The durations of single uses. Null if none is known. */
  readonly durations: Durations | null
}
