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
 * messages that have none. The server cut messages after 1,024 bytes: of such a message the complete values count.
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

/** Bytes of a message that the server cut, at least: 1,024 with the digit of its protocol and what the log trims. */
const minCutLength = 1_000

function parseMessage(text: string): unknown {
  const json = text.startsWith('1') ? text.slice(1) : text
  return parseJson(json) ?? (Buffer.byteLength(json) < minCutLength ? undefined : parseHead(json))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The complete values of a message that was cut. Undefined if they do not tell a start from an end: `end` and what only a
 * start contains come before the long list of components.
 */
function parseHead(json: string): unknown {
  const head = parseJson(`${json.slice(0, lastCommaOf(json))}}`)
  if (typeof head !== 'object' || head === null || Array.isArray(head)) return undefined
  return ['end', 'start', 'parsl_v', 'platform.system'].some(name => Object.hasOwn(head, name)) ? head : undefined
}

/** The place of the last comma between two values of the outermost object. */
function lastCommaOf(json: string): number {
  let [depth, last] = [0, 0]
  for (const {0: found, index} of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (found === '{' || found === '[') depth++
    else if (found === '}' || found === ']') depth--
    else if (found === ',' && depth === 1) last = index
  }
  return last
}

/** Reads `2018-11-05 12:34:56,789` as Python logs it, RFC 3339, or seconds since 1970. Null if it is none of these. */
function readLogTime(written: string): number | null {
  const text = written.replace(/[\s:]+$/, '').trim()
  if (/^\d{9,11}(?:\.\d{1,9})?$/.test(text)) return Math.floor(Number(text) * 1000)
  return readMantidTime(text.replace(' ', 'T').replace(',', '.'))
}
