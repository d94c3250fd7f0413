import type {FieldValues} from '../../../src/protocol/values/scalars.ts'
import type {Stored} from './naive-collector.ts'

/** A run put together from everything that is stored of it. */
export interface NaiveRun {
  /** The event whose header is the run's: the start, else the earliest repeat, else the end, else the first feature. */
  readonly key: Stored
  /** When it counts: at its start, else at its end, else at its first sign of life. */
  readonly atMs: number
  readonly lastSignMs: number
  readonly end: Stored | undefined
  readonly seconds: number | null
  readonly script: string | null
  readonly fields: FieldValues
}

const isStart = ({made: {what}}: Stored): boolean => what.type === 'start' && what.repeat === 0
const isRepeat = ({made: {what}}: Stored): boolean => what.type === 'start' && what.repeat > 0
const isEnd = ({made: {what}}: Stored): boolean => what.type === 'end'

/** All runs of some stored events. */
export function naiveRuns(stored: readonly Stored[]): NaiveRun[] {
  const paired = stored.filter(({made}) => made.run !== null)
  return [...Map.groupBy(paired, ({made}) => made.run).values()].map(assemble)
}

function assemble(events: readonly Stored[]): NaiveRun {
  const inTime = [...events].sort((a, b) => a.atMs - b.atMs)
  const start = events.find(isStart)
  const repeats = inTime.filter(isRepeat)
  const end = events.find(isEnd)
  const begin = start ?? repeats[0]
  return {
    key: begin ?? end ?? inTime[0]!,
    atMs: start?.atMs ?? end?.atMs ?? inTime[0]!.atMs,
    lastSignMs: Math.max(...events.map(lastSign)),
    end,
    seconds: end === undefined ? null : secondsOf(start, end),
    script: start === undefined ? (repeats.find(({script}) => script !== null)?.script ?? null) : start.script,
    fields: {...begin?.values, ...end?.values},
  }
}

/** A feature shows life until it was done, as far as that is not in the collector's future. */
function lastSign({made: {what}, atMs, receivedAtMs}: Stored): number {
  if (what.type !== 'feature') return atMs
  return Math.max(atMs, Math.min(Math.round(atMs + (what.durationSeconds ?? 0) * 1000), receivedAtMs))
}

function secondsOf(start: Stored | undefined, end: Stored): number | null {
  const {what} = end.made
  if (what.type === 'end' && what.durationSeconds !== null) return what.durationSeconds
  return start === undefined ? null : Math.max(0, end.atMs - start.atMs) / 1000
}

/** How a run ended, or that it did not. */
export function outcomeOf({end, lastSignMs}: NaiveRun, lostBeforeMs: number) {
  const what = end?.made.what
  if (what?.type !== 'end') return lastSignMs <= lostBeforeMs ? 'lost' : 'running'
  if (what.signal !== null || what.exitCode === 139) return 'signal'
  if (what.exitCode === null) return 'unknown'
  return what.exitCode === 0 ? 'ok' : 'failed'
}
