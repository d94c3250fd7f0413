/** Work that is asked for more often than it runs. */
export interface OneAtATime {
  /** Starts the work. If it is running, it runs once more afterwards: no wake is ever lost. */
  wake(): void
  /** Resolves when the work is not running and nobody has asked for another turn. */
  settled(): Promise<void>
}

/**
 * Runs a piece of work at most once at a time. A turn that rejects ends like any other: the next wake starts a new one.
 *
 * Use this instead of keeping the promise of a run. A run that ends before its promise is kept would leave a promise
 * that is never removed, and every later wake would wait for it.
 */
export function oneAtATime(work: () => Promise<void>): OneAtATime {
  let running: Promise<void> | null = null
  let isWanted = false
  const run = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false
      // Waiting here, even for work that is already done, is what keeps the promise before the run ends.
      await work().catch(() => undefined)
    }
    running = null
  }
  return {
    wake() {
      isWanted = true
      running ??= run()
    },
    async settled() {
      while (running !== null) await running
    },
  }
}
