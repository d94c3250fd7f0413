/**
 * Signals by which a shell says 128 + n, if they have the same number on Linux, macOS and the BSDs. SIGBUS, SIGUSR1 and
 * SIGUSR2 have not: their codes stay exit codes.
 */
const signals: ReadonlyMap<number, string> = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [4, 'SIGILL'],
  [5, 'SIGTRAP'],
  [6, 'SIGABRT'],
  [8, 'SIGFPE'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [14, 'SIGALRM'],
  [15, 'SIGTERM'],
  [24, 'SIGXCPU'],
  [25, 'SIGXFSZ'],
])

/** The signal of which an exit code is a shell's word: 137 is SIGKILL. Null for every other code. Pure. */
export const signalOfExitCode = (exitCode: number): string | null => signals.get(exitCode - 128) ?? null
