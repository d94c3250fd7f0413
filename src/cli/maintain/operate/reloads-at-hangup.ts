/** Reloads that SIGHUP asks for, one at a time. */
export interface HangupReloads {
  /** Sets what a signal does, and does it once if a signal came before. */
  begin(reload: () => Promise<unknown>): void
  /** Ignores further signals. Resolves when no reload runs. */
  end(): Promise<void>
}

/**
 * Catches SIGHUP from the call on: the signal ends no process that has called this, also not while it starts or closes.
 * Signals that come during a reload cause one more reload.
 *
 * @param onFailure gets the error of a reload that fails
 */
export function reloadsAtHangup(onFailure: (error: unknown) => void): HangupReloads {
  let reload: (() => Promise<unknown>) | null = null
  let isAsked = false
  let running: Promise<void> | null = null
  const run = async (): Promise<void> => {
    for (; isAsked && reload !== null; ) {
      isAsked = false
      await reload().catch(onFailure)
    }
    running = null
  }
  process.on('SIGHUP', () => {
    isAsked = true
    if (reload !== null) running ??= run()
  })
  return {
    begin(work) {
      reload = work
      if (isAsked) running ??= run()
    },
    async end() {
      reload = null
      await running
    },
  }
}
