import {toPlainText} from '../../protocol/plain-text.ts'

/** A text of an old client as ours may be: cut to its length, without control characters. Null when there is none. */
export function shortText(value: unknown, max: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  return toPlainText(value.slice(0, max).toWellFormed())
}
