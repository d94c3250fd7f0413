import {type Bounds, type MarkedBounds, mergeMarked} from '../../../stats/model/bounds.ts'

/** Counts people all of whose uses carry a mark. `begin` starts a new count in the same memory. */
export interface MarkedCounter {
  begin(): void
  /** `who` is a number from 0; -1 is nobody. A pseudonym counts in the rotation period of its first use. */
  see(who: number, period: number, isMarked: boolean): void
  always(): Bounds
}

export function createMarkedCounter(size: number): MarkedCounter {
  const [seenIn, periodOf] = [new Int32Array(size), new Int32Array(size)]
  const isOther = new Uint8Array(size)
  const counts = new Map<number, {marked: number; others: number}>()
  let turn = 0
  const countOf = (period: number) => {
    const count = counts.get(period) ?? {marked: 0, others: 0}
    counts.set(period, count)
    return count
  }
  return {
    begin() {
      turn++
      counts.clear()
    },
    see(who, period, isMarked) {
      if (who < 0) return
      const isNew = seenIn[who] !== turn
      if (!isNew && (isMarked || isOther[who] === 1)) return
      if (isNew) periodOf[who] = period
      const count = countOf(periodOf[who]!)
      if (!isNew) count.marked--
      seenIn[who] = turn
      isOther[who] = isMarked ? 0 : 1
      if (isMarked) count.marked++
      else count.others++
    },
    always() {
      const exactly = (count: number): Bounds => ({low: count, high: count})
      const parts = [...counts.values()].map(
        ({marked, others}): MarkedBounds => ({marked: exactly(marked), all: exactly(marked + others)}),
      )
      return mergeMarked(parts)
    },
  }
}
