/** Reloads that SIGHUP asks for, one at a time. */
export interface HangupReloads {
  /** Sets what a signal does, and does it once if a signal came before. */
  begin(reload: () => Promise<void>): void
  /** Ignores further signals. Resolves when no reload runs. */
  end(): Promise<void>
}

/**
 * Catches SIGHUP from the call on: the signal ends no process that has called this, also not while it starts or closes.
 * Signals that come during a reload cause one more reload. A reload that fails is written to stderr.
 */
export function reloadsAtHangup(): HangupReloads {
  let reload: (() => Promise<void>) | null = null
  let isAsked = false
  let running: Promise<void> | null = null
  const run = async (): Promise<void> => {
    for (; isAsked && reload !== null; ) {
      isAsked = false
      await reload().catch((error: unknown) => {
        process.stderr.write(
          `The project files were not read again: ${error instanceof Error ? error.message : error}\n`,
        )
      })
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
