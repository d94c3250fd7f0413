import {seededRandom} from '../../collector/random-use.ts'

/** All chance of a simulated world: the same seed gives the same throws. */
export class Dice {
  private readonly next: () => number

  constructor(seed: number) {
    this.next = seededRandom(seed)
  }

  /** Dice of their own for one step, so that what happens within it does not shift what comes after. */
  fork(): Dice {
    return new Dice(this.below(2 ** 32))
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }

  /** Mostly near `median`, now and then a hundred times as much: how long things take. */
  longTail(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return median * Math.exp(spread * normal)
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({length: count}, () => this.below(256))
  }
}
