/** True time, Unix milliseconds: what the collector's clock shows, and no other. */
export interface TrueClock {
  nowMs: number
}

type Happening = () => void | Promise<void>
interface Entry {
  readonly atMs: number
  readonly order: number
  readonly happen: Happening
}

/** What will happen, in the order of true time; of equal times in the order in which it was planned. */
export class Agenda {
  readonly clock: TrueClock
  readonly endMs: number
  private readonly heap: Entry[] = []
  private planned = 0

  constructor(startMs: number, endMs: number) {
    this.clock = {nowMs: startMs}
    this.endMs = endMs
  }

  /** Plans something; what lies beyond the end of the world never happens. */
  plan(atMs: number, happen: Happening): void {
    const entry = {atMs: Math.max(this.clock.nowMs, Math.round(atMs)), order: this.planned++, happen}
    if (entry.atMs >= this.endMs) return
    this.heap.push(entry)
    this.rise(this.heap.length - 1)
  }

  in(milliseconds: number, happen: Happening): void {
    this.plan(this.clock.nowMs + milliseconds, happen)
  }

  /** Lets everything happen. */
  async run(): Promise<void> {
    for (let entry = this.take(); entry !== null; entry = this.take()) {
      this.clock.nowMs = Math.max(this.clock.nowMs, entry.atMs)
      await entry.happen()
    }
    this.clock.nowMs = Math.max(this.clock.nowMs, this.endMs)
  }

  private take(): Entry | null {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (first === undefined || last === undefined) return null
    if (this.heap.length > 0) {
      this.heap[0] = last
      this.sink(0)
    }
    return first
  }

  private rise(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1
      if (isBefore(this.heap[parent]!, this.heap[at]!)) return
      this.swap(parent, at)
      at = parent
    }
  }

  private sink(index: number): void {
    for (let at = index; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.heap.length && isBefore(this.heap[child]!, this.heap[least]!)) least = child
      if (least === at) return
      this.swap(least, at)
      at = least
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!
    this.heap[a] = this.heap[b]!
    this.heap[b] = held
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
