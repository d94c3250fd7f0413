import {toPlainText} from '../../protocol/plain-text.ts'

/** Cuts a text of an old client to a length and removes control characters. Null if it is empty or not a text. Pure. */
export function shortText(value: unknown, max: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  return toPlainText(value.slice(0, max).toWellFormed())
}
