import {toPlainText} from '../../protocol/values/plain-text.ts'

/** Keys that have a place of their own in a line, or stand below it. The limits fill a screen, so only JSON has them. */
const placed = ['time', 'level', 'message', 'error', 'limits']

/**
 * Writes a line of the log for people: time, level, message, and the fields as `name=value`. The stack of an error
 * follows, indented. Control characters are replaced, so no text can look like another line or steer a terminal. Pure.
 */
export function toTextLine(line: Readonly<Record<string, unknown>>): string {
  const {time, level, message, error} = line
  const fields = Object.entries(line)
    .filter(([name]) => !placed.includes(name))
    .map(([name, value]) => `${name}=${writeValue(value)}`)
  const first = [time, String(level).toUpperCase().padEnd(5), message, ...fields].join(' ')
  return `${[first, ...writeError(error)].map(toPlainText).join('\n')}\n`
}

function writeValue(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value)
}

function writeError(error: unknown): string[] {
  if (error === null || typeof error !== 'object') return []
  const {code, message, stack, cause} = error as Readonly<Record<string, unknown>>
  const lines = String(stack ?? message).split('\n')
  const named = typeof code === 'string' ? [`    ${code}`] : []
  return [...named, ...lines.map(line => `    ${line.trimStart()}`), ...writeError(cause)]
}
