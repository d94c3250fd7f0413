import {toPlainText} from '../../protocol/plain-text.ts'
import type {DestinationFlush, FlushOutcome} from '../../reporter/person/flush.ts'
import type {Forwarding} from '../../reporter/person/forward-inbox.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount, writeReason} from './words.ts'

/** Writes for a person what a flush came to. */
export function writeFlush(outcome: FlushOutcome, paint: Paint): string {
  if (outcome.projects.length === 0) return 'Nothing waits here.'
  return outcome.projects.map(one => writeDestination(one, paint)).join('\n')
}

export function writeBackground({started}: {started: number}): string {
  return started === 0 ? 'No sender is due.' : `${writeAmount(started, 'sender')} started.`
}

/** Writes for a person what the forwarding of a folder came to. */
export function writeForwarding(outcome: Forwarding, paint: Paint): string {
  const {sent, duplicates, refused, kept, setAside, reason} = outcome
  if (sent + refused + kept + setAside === 0) return 'Nothing lies there.'
  const parts = [
    sent > 0 ? paint.green(`${writeAmount(sent, 'event')} sent`) : '0 events sent',
    ...(duplicates > 0 ? [`${duplicates} of them known already`] : []),
    ...(kept > 0 ? [paint.yellow(`${writeAmount(kept, 'report')} kept`)] : []),
    ...(refused > 0 ? [paint.red(`${writeAmount(refused, 'event')} refused`)] : []),
    ...(setAside > 0 ? [paint.red(`${writeAmount(setAside, 'file')} set aside, with the reason, in set-aside/`)] : []),
  ]
  const why =
    reason === 'project-unknown' ? 'No project file that was named has a collector for them (endpoint.http).' : null
  return `${parts.join(', ')}${reason === null ? '' : `\n  ${why ?? writeReason(reason)}`}`
}

function writeDestination(one: DestinationFlush, paint: Paint): string {
  const isIdle = one.reason === null && one.sent + one.kept + one.refused + one.dropped === 0
  if (isIdle) return `${paint.bold(toPlainText(one.project))}: nothing waits`
  const parts = [
    one.sent > 0 ? paint.green(`${one.sent} sent`) : '0 sent',
    ...(one.duplicates > 0 ? [`${one.duplicates} of them known already`] : []),
    ...(one.kept > 0 ? [paint.yellow(`${one.kept} kept`)] : []),
    ...(one.refused > 0 ? [paint.red(`${one.refused} refused`)] : []),
    ...(one.dropped > 0 ? [paint.yellow(`${one.dropped} dropped`)] : []),
  ]
  const reason = one.reason === null ? '' : `\n  ${writeReason(one.reason)}`
  const nextTry = one.nextTryAt === null ? '' : `\n  Next try at ${one.nextTryAt}.`
  return `${paint.bold(toPlainText(one.project))}: ${parts.join(', ')}${reason}${nextTry}`
}
