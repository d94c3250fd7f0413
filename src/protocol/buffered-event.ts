import * as v from 'valibot'
import {endEvent, featureEvent, startEvent} from './event.ts'
import {programHeader} from './header.ts'
import {limits} from './limits.ts'
import {describeProblems, toProblems} from './problem.ts'
import {time} from './scalars.ts'

/** What only this machine may know: pseudonyms are made from it, and it is never sent. */
export const localBlock = v.object({
  /** Host name as the system says it. */
  host: v.nullish(v.pipe(v.string(), v.maxLength(255)), null),
  /** The machine id as node-machine-id gives it; null where the writer cannot read it. */
  machineId: v.nullish(v.pipe(v.string(), v.maxLength(128)), null),
  /** The id of this boot: a later boot's clocks are not comparable. */
  bootId: v.nullish(v.pipe(v.string(), v.maxLength(64)), null),
  /** Path of the script that was started. */
  script: v.nullish(v.pipe(v.string(), v.maxLength(4096)), null),
})

const bufferedEntries = {
  format: v.literal(1, 'must be format 1'),
  header: v.nullish(programHeader, null),
  local: v.nullish(localBlock, null),
}

/** One line of a buffer file: an event without pseudonyms, with the header of its program and what stays local. */
export const bufferedEvent = v.variant(
  'type',
  [
    v.object({...bufferedEntries, ...v.omit(startEvent, ['script']).entries}),
    v.object({...bufferedEntries, ...endEvent.entries}),
    v.object({...bufferedEntries, ...featureEvent.entries}),
  ],
  'must be an event of type start, end or feature',
)

/** What a line may leave to its file: a writer without a clock, such as a shell, has no time but that of the file. */
const fileTime = {time: v.nullish(time, null)}

/** The same as it lies in a file. */
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

/** What a buffer file holds. `unfinished`: its last line has no end yet, or it is empty. */
export type ParsedBufferFile =
  | {readonly kind: 'events'; readonly events: readonly BufferedEvent[]}
  | {readonly kind: 'unfinished'}
  | {readonly kind: 'damaged'; readonly message: string}

/** Writes events as a buffer file holds them: one JSON a line, each line ended. */
export function encodeBufferFile(events: readonly BufferedEvent[]): string {
  return events.map(buffered => `${JSON.stringify(buffered)}\n`).join('')
}

/**
 * Reads a buffer file as any of its writers makes it. Pure; never throws; one wrong line makes the file damaged.
 *
 * @param writtenAt the time of the file, RFC 3339: that of the events whose writer had no clock
 */
export function parseBufferFile(content: string, writtenAt: string | null = null): ParsedBufferFile {
  if (!content.endsWith('\n')) return {kind: 'unfinished'}
  const lines = content.split('\n').slice(0, -1)
  if (lines.length > limits.maxEventsPerReport)
    return {kind: 'damaged', message: `must contain at most ${limits.maxEventsPerReport} lines, got ${lines.length}`}
  const events: BufferedEvent[] = []
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line, writtenAt)
    if (typeof parsed === 'string') return {kind: 'damaged', message: `line ${index + 1}: ${parsed}`}
    events.push(parsed)
  }
  return {kind: 'events', events}
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
