import {toPlainText} from '../../protocol/values/plain-text.ts'

/** Cuts a text of an old client to a length and removes control characters. Null if it is empty or not a text. Pure. */
export function shortText(value: unknown, max: number): string | null {
  if (typeof value !== 'string' || value === '') return null
  return toPlainText(value.slice(0, max).toWellFormed())
}

/** The name of the operating system that an old client reports. Windows has the same name as in other reports. Pure. */
export function systemName(value: unknown): string | null {
  const name = shortText(value, 64)
  return name === 'Windows' || name === 'Windows NT' ? 'Windows_NT' : name
}
