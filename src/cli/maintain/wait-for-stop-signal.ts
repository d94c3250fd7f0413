const signals = ['SIGTERM', 'SIGINT'] as const

/** Resolves when this process is asked to stop. A second signal ends it immediately. */
export function waitForStopSignal(): Promise<void> {
  return new Promise(resolve => {
    const stop = (): void => {
      for (const signal of signals) process.off(signal, stop)
      resolve()
    }
    for (const signal of signals) process.on(signal, stop)
  })
}
