import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {describeProblems, toProblems} from '../values/problem.ts'
import {time} from '../values/scalars.ts'
import {endEvent, featureEvent, startEvent} from './event.ts'
import {programHeader} from './header.ts'

/** The part of an event from which pseudonyms are made. It never leaves this machine. */
export const localBlock = v.object({
  /** The host name of the system. */
  host: v.nullish(v.pipe(v.string(), v.maxLength(255)), null),
  /** The machine id as node-machine-id returns it. Null if the writer cannot read it. */
  machineId: v.nullish(v.pipe(v.string(), v.maxLength(128)), null),
  /** The boot id: monotonic times of different boots cannot be compared. */
  bootId: v.nullish(v.pipe(v.string(), v.maxLength(64)), null),
  /** The path of the script that was started. */
  script: v.nullish(v.pipe(v.string(), v.maxLength(4096)), null),
})

const bufferedEntries = {
  format: v.literal(1, 'must be format 1'),
  header: v.nullish(programHeader, null),
  local: v.nullish(localBlock, null),
}

/** An event in the buffer: without pseudonyms, with the header of its program and its local block. */
export const bufferedEvent = v.variant(
  'type',
  [
    v.object({...bufferedEntries, ...v.omit(startEvent, ['script']).entries}),
    v.object({...bufferedEntries, ...endEvent.entries}),
    v.object({...bufferedEntries, ...featureEvent.entries}),
  ],
  'must be an event of type start, end or feature',
)

/** A writer without a clock, such as a shell, leaves the time out: the time of its file replaces it. */
const fileTime = {time: v.nullish(time, null)}

/** One line of a buffer file. */
export const bufferedLine = v.variant(
  'type',
  [
    v.object({...bufferedEntries, ...v.omit(startEvent, ['script']).entries, ...fileTime}),
    v.object({...bufferedEntries, ...endEvent.entries, ...fileTime}),
    v.object({...bufferedEntries, ...featureEvent.entries, ...fileTime}),
  ],
  'must be an event of type start, end or feature',
)

export type BufferedEvent = Readonly<v.InferOutput<typeof bufferedEvent>>
export type LocalBlock = Readonly<v.InferOutput<typeof localBlock>>

/**
 * The content of a buffer file. `unfinished`: its last line has no line break, or the file is empty. `damaged`: it has
 * no valid event or too many lines, and `lines` counts as lost.
 */
export type ParsedBufferFile =
  | {readonly kind: 'events'; readonly events: readonly BufferedEvent[]; readonly damaged: readonly string[]}
  | {readonly kind: 'unfinished'}
  | {readonly kind: 'damaged'; readonly message: string; readonly lines: number}

/** Writes events as the content of a buffer file: one JSON document a line, each with a line break. Pure. */
export function encodeBufferFile(events: readonly BufferedEvent[]): string {
  return events.map(buffered => `${JSON.stringify(buffered)}\n`).join('')
}

/**
 * Reads the content of a buffer file. Only invalid lines are lost, but a file with more lines than a report has events
 * is damaged as a whole. Pure; never throws.
 *
 * @param writtenAt the time of the file, RFC 3339, for events without a time
 */
export function parseBufferFile(content: string, writtenAt: string | null = null): ParsedBufferFile {
  if (!content.endsWith('\n')) return {kind: 'unfinished'}
  const lines = content.split('\n').slice(0, -1)
  const most = limits.maxEventsPerReport
  if (lines.length > most)
    return {kind: 'damaged', message: `must contain at most ${most} lines, got ${lines.length}`, lines: 1}
  const events: BufferedEvent[] = []
  const damaged: string[] = []
  let message: string | null = null
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line, writtenAt)
    if (typeof parsed !== 'string') events.push(parsed)
    else damaged.push(line)
    if (typeof parsed === 'string') message ??= `line ${index + 1}: ${parsed}`
  }
  if (events.length === 0) return {kind: 'damaged', message: message ?? '', lines: lines.length}
  return {kind: 'events', events, damaged}
}

function parseLine(line: string, writtenAt: string | null): BufferedEvent | string {
  let input: unknown
  try {
    input = JSON.parse(line)
  } catch {
    return 'must be JSON'
  }
  const result = v.safeParse(bufferedLine, input)
  if (!result.success) return describeProblems(toProblems(result.issues))
  const at = result.output.time ?? writtenAt
  return at === null ? 'time: is required' : {...result.output, time: at}
}
