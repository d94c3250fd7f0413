import type {SpanFacts} from '../../../stats/model/source.ts'

/** A number of runs, and of runs and other events: at most so many people. With a filter on features: of uses. */
export interface RunsAndUses {
  readonly runs: number
  readonly uses: number
}

/** The uses of people in one month: those that say who, those that do not, and those that do not say where. */
export interface UsesOfMonth {
  readonly withUser: RunsAndUses
  readonly withoutUser: RunsAndUses
  readonly withoutHost: RunsAndUses
  /** The UTC days with a run, and with another event, that does not say who. */
  readonly daysOfRuns: number
  readonly daysOfOthers: number
}

export type UsesByWord = Pick<SpanFacts, 'usesWithUser' | 'usesWithoutUser' | 'daysWithoutUser' | 'usesWithoutHost'>

export const noUses: UsesByWord = {usesWithUser: 0, usesWithoutUser: 0, daysWithoutUser: 0, usesWithoutHost: 0}

/**
 * Adds a month to the uses that say who and where, and those that do not. In a month with runs of people, an event without
 * a run and a user is of somebody who is counted by a run. Pure.
 */
export function addUses(all: UsesByWord, month: UsesOfMonth): UsesByWord {
  const {withUser, withoutUser, withoutHost, daysOfRuns, daysOfOthers} = month
  const areRuns = withUser.runs + withoutUser.runs > 0
  const told = ({runs, uses}: RunsAndUses): number => (areRuns ? runs : uses)
  return {
    usesWithUser: all.usesWithUser + told(withUser),
    usesWithoutUser: all.usesWithoutUser + told(withoutUser),
    daysWithoutUser: all.daysWithoutUser + (areRuns ? daysOfRuns : daysOfOthers),
    usesWithoutHost: all.usesWithoutHost + told(withoutHost),
  }
}
