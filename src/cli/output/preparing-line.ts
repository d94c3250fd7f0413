/** Shows how many months are prepared for answers, and removes the text at the end. */
export type ShowPreparing = (prepared: {readonly done: number; readonly of: number}) => void

/** A shorter wait shows nothing. */
const defaultDelayMs = 500

/**
 * Makes a line of progress on a terminal. If the output is not a terminal, it shows nothing.
 *
 * @param fit what makes a text fit the locale
 */
export function preparingLine(
  output: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  fit: (text: string) => string,
  delayMs = defaultDelayMs,
): ShowPreparing {
  if (!output.isTTY) return () => {}
  const shownFromMs = performance.now() + delayMs
  let isShown = false
  return ({done, of}) => {
    const isDone = done >= of
    if (isDone ? !isShown : performance.now() < shownFromMs) return
    isShown = !isDone
    output.write(`\r\u001b[K${isDone ? '' : fit(`preparing months for answers: ${done} of ${of}`)}`)
  }
}
