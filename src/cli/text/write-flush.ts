import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {DestinationFlush, FlushOutcome} from '../../reporter/person/flush.ts'
import type {Forwarding} from '../../reporter/person/forward-inbox.ts'
import type {Paint} from '../output/paint.ts'
import {writeTime} from '../output/write-time.ts'
import {writeAmount, writeReason} from './words.ts'

/** Writes the result of a flush for a person. */
export function writeFlush(outcome: FlushOutcome, paint: Paint): string {
  if (outcome.projects.length === 0) return 'No events are waiting.'
  return outcome.projects.map(one => writeDestination(one, paint)).join('\n')
}

export function writeBackground({started}: {started: number}): string {
  return started === 0 ? 'No sender is due.' : `${writeAmount(started, 'sender')} started.`
}

/** Writes the result of forwarding a folder for a person. */
export function writeForwarding(outcome: Forwarding, paint: Paint): string {
  const {sent, duplicates, refused, kept, setAside, reason} = outcome
  if (sent + refused + kept + setAside === 0) return 'The folder contains no reports.'
  const parts = [
    sent > 0 ? paint.green(`${writeAmount(sent, 'event')} sent`) : '0 events sent',
    ...(duplicates > 0 ? [`${duplicates} of them already received`] : []),
    ...(kept > 0 ? [paint.yellow(`${writeAmount(kept, 'report')} kept`)] : []),
    ...(refused > 0 ? [paint.red(`${writeAmount(refused, 'event')} refused`)] : []),
    ...(setAside > 0 ? [paint.red(`${writeAmount(setAside, 'file')} moved to set-aside/, each with its reason`)] : []),
  ]
  const why =
    reason === 'project-unknown' ? 'None of the given project files has a collector for them (endpoint.http).' : null
  return `${parts.join(', ')}${reason === null ? '' : `\n  ${why ?? writeReason(reason)}`}`
}

function writeDestination(one: DestinationFlush, paint: Paint): string {
  const isIdle = one.reason === null && one.sent + one.kept + one.refused + one.dropped === 0
  if (isIdle) return `${paint.bold(toPlainText(one.project))}: no events are waiting`
  const parts = [
    one.sent > 0 ? paint.green(`${one.sent} sent`) : '0 sent',
    ...(one.duplicates > 0 ? [`${one.duplicates} of them already received`] : []),
    ...(one.kept > 0 ? [paint.yellow(`${one.kept} kept`)] : []),
    ...(one.refused > 0 ? [paint.red(`${one.refused} refused`)] : []),
    ...(one.dropped > 0 ? [paint.yellow(`${one.dropped} dropped`)] : []),
  ]
  const reason = one.reason === null ? '' : `\n  ${writeReason(one.reason)}`
  const nextTry = one.nextTryAt === null ? '' : `\n  Next try at ${writeTime(one.nextTryAt)}.`
  return `${paint.bold(toPlainText(one.project))}: ${parts.join(', ')}${reason}${nextTry}`
}
