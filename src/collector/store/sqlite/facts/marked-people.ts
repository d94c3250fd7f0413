import type {Bounds} from '../../../../stats/model/bounds.ts'
import {alwaysMarked, type PeopleOfPeriod} from '../../people/people.ts'
import {headerMarks} from '../columns/headers.ts'

const allMarks = headerMarks.agent | headerMarks.newHome

/** Counts people all of whose uses carry a mark. `begin` starts a new count in the same memory. */
export interface MarkedCounter {
  begin(): void
  /** `marksOfUse` and `mark` are of `headerMarks`. `who` is a number from 0; -1 is nobody. A pseudonym counts in the rotation period of its first use. */
  see(who: number, period: number, marksOfUse: number): void
  always(mark: number): Bounds
}

export function createMarkedCounter(size: number): MarkedCounter {
  const [seenIn, periodOf] = [new Int32Array(size), new Int32Array(size)]
  /** The marks that all uses of a person carry so far. */
  const common = new Uint8Array(size)
  /** By period: the number of people for each value of `common`. */
  const counts = new Map<number, Int32Array>()
  let turn = 0
  const add = (period: number, value: number, count: number): void => {
    const ofPeriod = counts.get(period) ?? new Int32Array(allMarks + 1)
    ofPeriod[value]! += count
    counts.set(period, ofPeriod)
  }
  return {
    begin() {
      turn++
      counts.clear()
    },
    see(who, period, marksOfUse) {
      if (who < 0) return
      if (seenIn[who] !== turn) {
        seenIn[who] = turn
        periodOf[who] = period
        common[who] = marksOfUse
        add(period, marksOfUse, 1)
        return
      }
      const before = common[who]!
      const after = before & marksOfUse
      if (after === before) return
      common[who] = after
      add(periodOf[who]!, before, -1)
      add(periodOf[who]!, after, 1)
    },
    always: mark => alwaysMarked([...counts.values()].map(ofPeriod => peopleOf(ofPeriod, mark))),
  }
}

function peopleOf(counts: Int32Array, mark: number): PeopleOfPeriod {
  const all = counts.reduce((sum, count) => sum + count, 0)
  return {all, some: counts.reduce((sum, count, value) => ((value & mark) === 0 ? sum : sum + count), 0)}
}
