import type {Bounds} from '../../../../stats/model/bounds.ts'
import type {RotationPeriod} from '../../../../stats/model/source.ts'
import {allPeople, onSeveralDays} from '../../people/people.ts'

/**
 * Counts different people, or hosts, or scripts, and those seen on several days. `begin` starts a new count in the same
 * memory. A pseudonym counts once, in the rotation period of its first use.
 */
export interface PeopleCounter {
  begin(): void
  /** `who` is a number from 0; -1 is nobody. Days are UTC days since 1970. */
  see(who: number, period: number, firstDay?: number, lastDay?: number): void
  all(): Bounds
  onSeveralDays(): Bounds
}

export function createPeopleCounter(size: number): PeopleCounter {
  const [seenIn, first, last, periodOf] = [0, 1, 2, 3].map(() => new Int32Array(size)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ]
  const [all, several] = [new Map<number, number>(), new Map<number, number>()]
  let turn = 0
  const add = (counts: Map<number, number>, period: number): void => {
    counts.set(period, (counts.get(period) ?? 0) + 1)
  }
  return {
    begin() {
      turn++
      all.clear()
      several.clear()
    },
    see(who, period, from = 0, to = 0) {
      if (who < 0) return
      if (seenIn[who] !== turn) {
        seenIn[who] = turn
        periodOf[who] = period
        first[who] = from
        last[who] = to
        add(all, period)
        if (from < to) add(several, period)
        return
      }
      const hadSeveral = first[who]! < last[who]!
      if (from < first[who]!) first[who] = from
      if (to > last[who]!) last[who] = to
      if (!hadSeveral && first[who]! < last[who]!) add(several, periodOf[who]!)
    },
    all: () => allPeople([...all.values()].map(count => ({all: count}))),
    onSeveralDays: () =>
      onSeveralDays([...all].map(([period, count]) => ({all: count, some: several.get(period) ?? 0}))),
  }
}

/** The number of the rotation period of an instant. The periods are in order and without gap. */
export function createPeriodOf(
  rotation: readonly RotationPeriod[],
  numberOf: (period: string) => number,
): (atMs: number) => number {
  const numbers = rotation.map(({period}) => numberOf(period))
  let place = 0
  return atMs => {
    while (place > 0 && atMs < rotation[place]!.fromMs) place--
    while (place < rotation.length - 1 && atMs >= rotation[place]!.toMs) place++
    return numbers[place] ?? -1
  }
}
