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
