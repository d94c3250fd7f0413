/** What is done when the process or the worker thread exits. One listener for all: many would make Node.js warn. */
const actions = new Set<() => void>()

const runAll = (): void => {
  for (const action of actions) action()
}

/**
 * Does something when this process or worker thread exits: at its normal end, by `process.exit` or by an exception that
 * nobody caught, not by a signal. The action is synchronous and must not throw.
 *
 * @returns takes it back
 */
export function atExit(action: () => void): () => void {
  if (actions.size === 0) process.on('exit', runAll)
  actions.add(action)
  return () => {
    actions.delete(action)
    if (actions.size === 0) process.removeListener('exit', runAll)
  }
}

/**
 * Whether this process or worker thread is exiting: its listeners are being called, and one that is added now never is.
 * Node.js says so to nobody but by this property, which its own modules and many others read.
 */
export const isExiting = (): boolean => (process as {readonly _exiting?: boolean})._exiting === true
