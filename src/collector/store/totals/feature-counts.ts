/** What is counted of one feature, by its number in the store. */
export interface FeatureCounts {
  readonly feature: number
  readonly count: number
  readonly internal: number
  readonly runs: number
  readonly users: number
  /** Null where no use says how long it took. */
  readonly seconds: number | null
  readonly timed: number | null
}
