import type {AccessRecord} from '../../../protocol/report/access.ts'
import type {EndEvent, FeatureEvent, StartEvent} from '../../../protocol/report/event.ts'
import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {FieldValues} from '../../../protocol/values/scalars.ts'
import {writeTime} from '../../output/write-time.ts'
import {writeAmount} from '../words.ts'

/** The header of records as one line: every value that is not null, except the person's own pseudonym. */
export function writeHeader(header: Readonly<Record<string, unknown>>): string {
  const values = flatten(header).filter(([key, value]) => key !== 'user' && value !== null && value !== false)
  return `With ${values.length === 0 ? 'no values of the program' : writeValues(values)}:`
}

/** One record as one line. `raw` is written where its form is unknown. */
export function writeRecord(record: AccessRecord | null, raw: unknown): string {
  switch (record?.kind) {
    case 'run':
      return toPlainText(writeRun(record))
    case 'repeat':
      return toPlainText(
        `${writeTime(record.event.time)}  still running, repeat ${record.event.repeat}, run ${record.event.run}`,
      )
    case 'feature':
      return toPlainText(`${writeFeature(record.event)}${record.isClamped ? ', time corrected' : ''}`)
    case 'end':
      return toPlainText(`${writeTime(record.event.time)}  an end without a run: ${writeEnd(record.event)}`)
    case 'pending':
      return toPlainText(writePending(record))
    case 'day':
      return `${record.usedAt.slice(0, 10)}  a day on which you used features outside of runs`
    default:
      return toPlainText(JSON.stringify(raw))
  }
}

/** The time of a record, RFC 3339. A run whose time is unknown is before all others. */
export function timeOfRecord(record: AccessRecord): string {
  switch (record.kind) {
    case 'run':
      return record.start?.time ?? record.end?.time ?? record.firstSignAt ?? ''
    case 'day':
      return record.usedAt
    default:
      return record.event.time
  }
}

type RunRecord = Extract<AccessRecord, {kind: 'run'}>

function writeRun(record: RunRecord): string {
  const {run, start, end, lastSignAt, isClamped, isTest} = record
  const time = timeOfRecord(record)
  const parts = [
    start === null ? 'no start arrived' : `started${writeScript(start)}${writeFields(start.fields)}`,
    end === null ? `no end arrived${lastSignAt === null ? '' : `, last sign ${writeTime(lastSignAt)}`}` : writeEnd(end),
    ...(isClamped ? ['time corrected'] : []),
    ...(isTest ? ['marked as a test'] : []),
  ]
  return `${time === '' ? 'time unknown' : writeTime(time)}  run ${run}: ${parts.join('; ')}`
}

function writePending({event, isStored}: Extract<AccessRecord, {kind: 'pending'}>): string {
  const values = event.type === 'feature' ? (event.details ?? {}) : event.fields
  if (isStored) return `${writeTime(event.time)}  not declared yet, of ${event.type} ${event.id}${writeFields(values)}`
  return `${event.type === 'feature' ? writeFeature(event) : writeTime(event.time)}, not declared yet`
}

const writeScript = ({script}: StartEvent): string => (script === null ? '' : `, script ${script}`)

function writeEnd({time, durationSeconds, exitCode, signal, fields}: EndEvent): string {
  const how =
    signal !== null ? `by ${signal}` : exitCode === null ? 'without an exit code' : `with exit code ${exitCode}`
  return `ended ${writeTime(time)} ${how}${writeSeconds(durationSeconds)}${writeFields(fields)}`
}

function writeFeature(event: FeatureEvent): string {
  const {time, featureType, name, count, durationSeconds, run, internal, details} = event
  const uses = writeAmount(count, 'use')
  const where = run === null ? 'outside of a run' : `run ${run}`
  const other = 'timings' in event && event.timings != null ? `, durations ${JSON.stringify(event.timings)}` : ''
  return `${writeTime(time)}  ${featureType} ${name}: ${uses}${internal ? ', internal' : ''}${writeSeconds(durationSeconds)}${other}, ${where}${writeFields(details ?? {})}`
}

const writeSeconds = (seconds: number | null): string => (seconds === null ? '' : `, ${seconds} s`)

const writeFields = (fields: FieldValues): string =>
  Object.keys(fields).length === 0 ? '' : `, ${writeValues(Object.entries(fields))}`

const writeValues = (values: readonly (readonly [string, unknown])[]): string =>
  toPlainText(
    values.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', '),
  )

/** The values of an object and of the objects in it: `os.name`. */
function flatten(object: Readonly<Record<string, unknown>>, prefix = ''): [string, unknown][] {
  return Object.entries(object).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flatten(value as Record<string, unknown>, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value]],
  )
}
