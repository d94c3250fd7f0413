import {readMantidTime} from '../compat/mantid-time.ts'
import {readParslMessage} from '../compat/parsl.ts'
import type {Batch} from '../store/store.ts'
import {type ImportContext, isLogSection} from './format.ts'

/** The result of a line: a batch, null for a line without a message, or a problem. */
export type ReadLine = {readonly batch: Batch | null} | {readonly problem: string}

/**
 * Reads a line of the log of Parsl's server, `<time>: Source:<address>, Msg:<message>`. Pure. The address is ignored.
 *
 * The time at the beginning is when the server received the message, in UTC if it has no zone. It is the time of
 * messages that have none. The server cut messages after 1,024 bytes. Such a message is a problem.
 */
export function readParslLogLine(line: string, {project, ids, atMs, nowMs}: ImportContext): ReadLine {
  const [source, begin] = [line.indexOf('Source:'), line.indexOf('Msg:')]
  if (source < 0 || begin < source)
    return isLogSection(line) || line.trim() === '' ? {batch: null} : {problem: 'must be <time>: Source:…, Msg:…'}
  const loggedAtMs = readLogTime(line.slice(0, source)) ?? atMs
  const message = parseMessage(line.slice(begin + 'Msg:'.length).trim())
  if (message === undefined) return {problem: 'must contain a complete JSON message'}
  const batch = readParslMessage(message, project, ids, nowMs, Math.min(loggedAtMs, nowMs))
  return batch === null ? {problem: 'must be a message of Parsl, with uuid or correlator'} : {batch}
}

/**
 * Removes the sender's address from a line. The result reads the same. A damaged line is cut where the address begins.
 */
export function withoutSource(line: string): string {
  const source = line.indexOf('Source:')
  if (source < 0) return line
  const begin = line.indexOf('Msg:', source)
  const isWhole = begin >= 0 && line.indexOf('Msg:') === begin
  return `${line.slice(0, source)}Source:${isWhole ? `, ${line.slice(begin)}` : ''}`
}

function parseMessage(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('1') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}

/** Reads `2018-11-05 12:34:56,789` as Python logs it, RFC 3339, or seconds since 1970. Null if it is none of these. */
function readLogTime(written: string): number | null {
  const text = written.replace(/[\s:]+$/, '').trim()
  if (/^\d{9,11}(?:\.\d{1,9})?$/.test(text)) return Math.floor(Number(text) * 1000)
  return readMantidTime(text.replace(' ', 'T').replace(',', '.'))
}
