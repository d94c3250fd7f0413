const signals = ['SIGTERM', 'SIGINT'] as const

/** Resolves at SIGTERM or SIGINT. A second signal ends the process immediately. */
export function waitForStopSignal(): Promise<void> {
  return new Promise(resolve => {
    const stop = (): void => {
      for (const signal of signals) process.off(signal, stop)
      resolve()
    }
    for (const signal of signals) process.on(signal, stop)
  })
}
