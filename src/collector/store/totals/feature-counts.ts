import type {Durations} from '../../../protocol/durations/durations.ts'
import type {Bounds} from '../../../stats/model/bounds.ts'
import type {WithoutUser} from '../../../stats/model/source.ts'

/** The counts of one feature. */
export interface FeatureCounts<Key = number> extends WithoutUser {
  /** The feature, by the key that the store has for it. */
  readonly feature: Key
  readonly count: number
  /** Uses by other features. */
  readonly internal: number
  /** Different runs. */
  readonly runs: number
  /** Different users. */
  readonly users: Bounds
  /** The sum of the known durations. Null if no duration is known. */
  readonly seconds: number | null
  /** The number of uses with a known duration. Null if there is none. */
  readonly timed: number | null
  /** The durations of single uses. Null if none is known. */
  readonly durations: Durations | null
}
