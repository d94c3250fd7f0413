import type {StepFacts} from '../../../stats/model/source.ts'

/** The users of one step. */
export interface UsersOfStep {
  readonly users: number
  /** Those who were also in an earlier step of the same part, and in the step directly before. */
  readonly seenBefore: number
  readonly seenJustBefore: number
  /** The rotation periods of their pseudonyms, as numbers. */
  readonly periods: ReadonlySet<number>
}

/**
 * What is known about the users of each step. Steps without users are left out. Clients of one project may change
 * pseudonyms on different days: where an earlier step has pseudonyms of another period, a user who was not seen before may
 * be one of those people. Pure.
 *
 * @param counted the users of a step of the question, in order
 */
export function tellFlow(
  steps: readonly {readonly part: number}[],
  counted: (step: number) => UsersOfStep | undefined,
): StepFacts[] {
  /** The rotation periods of the step before and of all earlier ones of the part. */
  let [justBefore, earlier, partNow]: [ReadonlySet<number>, Set<number>, number] = [new Set(), new Set(), -1]
  return steps.flatMap(({part}, step): StepFacts[] => {
    const {users, seenBefore, seenJustBefore, periods} = counted(step) ?? nobody
    if (part !== partNow) [justBefore, earlier, partNow] = [new Set(), new Set(), part]
    const isNewKnown = seenBefore === users || isWithin(earlier, periods)
    const isLostKnown = isWithin(justBefore, periods)
    justBefore = periods
    for (const one of periods) earlier.add(one)
    if (users === 0) return []
    if (periods.size > 1) return [{step, users: null, seenBefore: null, seenJustBefore: null}]
    return [
      {step, users, seenBefore: isNewKnown ? seenBefore : null, seenJustBefore: isLostKnown ? seenJustBefore : null},
    ]
  })
}

const nobody: UsersOfStep = {users: 0, seenBefore: 0, seenJustBefore: 0, periods: new Set()}

const isWithin = (some: ReadonlySet<number>, all: ReadonlySet<number>): boolean => [...some].every(one => all.has(one))
