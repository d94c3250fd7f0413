import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {LogEntry} from '../../reporter/person/log.ts'
import type {Paint} from '../output/paint.ts'
import {writeTime} from '../output/write-time.ts'
import {writeAmount} from './words.ts'

/** Writes the sent log for a person: one line per entry, oldest first. */
export function writeLog(entries: readonly LogEntry[], paint: Paint): string {
  if (entries.length === 0) return 'The log is empty.'
  return entries.map(entry => writeEntry(entry, paint)).join('\n')
}

/** Writes exactly the bodies that were sent, one per line. */
export function writeRawLog(entries: readonly LogEntry[]): string {
  return entries.flatMap(({body}) => (body === null ? [] : [body])).join('\n')
}

function writeEntry(entry: LogEntry, paint: Paint): string {
  const isWell = entry.kind === 'sent' || entry.kind === 'erased'
  const colour = isWell ? paint.green : paint.red
  const to = entry.endpoint === null ? '' : `  to ${toPlainText(entry.endpoint)}`
  const outcome = toPlainText(isWell ? (entry.answer ?? '') : `${entry.reason}: ${entry.message}`)
  const what = `${colour(entry.kind)}  ${writeAmount(entry.events, entry.kind === 'erased' ? 'row' : 'event')}${to}`
  return `${writeTime(entry.at)}  ${toPlainText(entry.project)}  ${what}\n  ${paint.dim(outcome)}`
}
