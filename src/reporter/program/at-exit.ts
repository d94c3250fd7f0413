/** The actions at exit. They share one listener, because Node.js warns of many. */
const actions = new Set<() => void>()

const runAll = (): void => {
  for (const action of actions) action()
}

/**
 * Registers an action for the exit of this process or worker thread: at its normal end, by `process.exit` or by an
 * uncaught exception, but not by a signal. The action is synchronous and must not throw.
 *
 * @returns a function that removes the action
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
 * Whether this process or worker thread is exiting: its exit listeners are being called, and a new one is never called.
 * Node.js has only this undocumented property for it, which many packages read.
 */
export const isExiting = (): boolean => (process as {readonly _exiting?: boolean})._exiting === true
