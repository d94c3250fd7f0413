const signals = ['SIGTERM', 'SIGINT'] as const

/**
 * Promises of the first `count` signals SIGTERM or SIGINT, in order. After the last of them, a further signal ends the
 * process immediately.
 */
export function waitForStopSignals(count: number): readonly Promise<void>[] {
  const waiting = Array.from({length: count}, () => Promise.withResolvers<void>())
  let seen = 0
  const onSignal = (): void => {
    waiting[seen++]?.resolve()
    if (seen >= count) for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return waiting.map(({promise}) => promise)
}

/** Resolves at SIGTERM or SIGINT. A second signal ends the process immediately. */
export const waitForStopSignal = (): Promise<void> => waitForStopSignals(1)[0]!
