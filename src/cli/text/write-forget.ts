import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {DestinationForget, ForgetOutcome} from '../../reporter/person/forget.ts'
import type {Paint} from '../output/paint.ts'
import {writeTime} from '../output/write-time.ts'
import {isReason, writeAmount, writeReason, writeUnanswered, writeUnreadable} from './words.ts'
import {writeConsent} from './write-decision.ts'

/** Writes the result of an erasure request for a person. */
export function writeForget(
  {projects, unreadable}: ForgetOutcome & {readonly unreadable: readonly string[]},
  paint: Paint,
): string {
  if (projects.length + unreadable.length === 0)
    return 'Nothing was ever sent from this machine, so there is nothing to erase.'
  const asked = projects.map(one => writeDestination(one, paint))
  return [...asked, ...unreadable.map(folder => writeUnreadable(folder, paint))].join('\n')
}

function writeDestination(one: DestinationForget, paint: Paint): string {
  const gone = one.dropped === 0 ? [] : [`${writeAmount(one.dropped, 'waiting event')} dropped.`]
  const lines = [...writeOutcome(one, paint), ...writeNameless(one), ...gone, ...writeNow(one)]
  return `${paint.bold(toPlainText(one.project))}: ${lines.join('\n  ')}`
}

function writeOutcome(one: DestinationForget, paint: Paint): string[] {
  const place = toPlainText(one.endpoint ?? 'nowhere')
  switch (one.outcome) {
    case 'nothing-sent':
      return [`nothing was sent from this machine to ${place}, so there is nothing to erase.`]
    case 'unconfirmed':
      return [writeUnanswered(one.endpoint ?? 'nowhere', 'cannot erase them'), writeContact(one)]
    case 'no-user':
      return [
        `reports were sent to ${place} without a pseudonym of yours. This command cannot erase them, because no key finds them.`,
        'They contain at most a pseudonym of the script.',
        writeContact(one),
      ]
    case 'already-erased':
      return [
        `already erased, and nothing was sent to ${place} since then.`,
        `Erased at ${writeTime(one.receipt?.erasedAt ?? '')}. Receipt: ${one.receipt?.receipt}`,
      ]
    case 'cannot-prove':
      return [
        `${paint.red('not erased')}: ${writeReason('cannot-prove')}`,
        `Restore ${one.secret} from a backup and run usage forget again, or write to the contact. To see what was sent: usage log --raw`,
        'The request is kept. No report is sent until it is confirmed.',
        writeContact(one),
      ]
    case 'withdrawn':
      return [`the request to erase is withdrawn. What was sent to ${place} stays there, and reports are sent again.`]
    case 'none-pending':
      return ['no request to erase is waiting for a confirmation.']
    case 'erased':
      return [paint.green('erased'), ...writeReceipt(one, place)]
    default:
      return [paint.red('not erased yet'), ...writeWhy(one)]
  }
}

/** Whether recording continues after the request, and how to stop it. */
function writeNow({project, outcome, consent}: DestinationForget): string[] {
  if (outcome === 'none-pending') return []
  if (consent.allowed && outcome === 'withdrawn') return [`To stop recording: usage optout ${toPlainText(project)}`]
  if (consent.allowed) return [`Recording continues, under new ids. To stop it: usage optout ${toPlainText(project)}`]
  return [`Recording is off: ${writeConsent(consent)}`]
}

function writeNameless({outcome, leftNameless}: DestinationForget): string[] {
  if (!leftNameless || outcome === 'no-user') return []
  return ['Reports without a pseudonym of yours were sent too, for example from CI. No key finds them.']
}

function writeReceipt({project, receipt, sentLog}: DestinationForget, place: string): string[] {
  if (receipt === null) return []
  const rows = `${writeAmount(receipt.runs, 'run')} and ${writeAmount(receipt.features, 'feature')}`
  return [
    `${rows} were erased from ${place} at ${writeTime(receipt.erasedAt)}. Receipt: ${receipt.receipt}`,
    `To check that nothing is left: usage access ${toPlainText(project)} --erased`,
    `The sent log stays on this machine for 30 days. You can remove it: ${sentLog}`,
  ]
}

function writeWhy(one: DestinationForget): string[] {
  const {reason, message, nextTryAt} = one
  const why = reason !== null && isReason(reason) ? writeReason(reason) : (reason ?? '')
  return [
    `${why}${message === null ? '' : ` (${toPlainText(message)})`}`,
    ...(one.outcome === 'pending'
      ? [
          'The request is kept and sent before every report. No report is sent until it is confirmed.',
          `To take it back: usage forget ${toPlainText(one.project)} --withdraw`,
        ]
      : []),
    ...(reason === 'not-encrypted'
      ? ['Ask the contact to erase your data, or for an https address of the collector.']
      : []),
    ...(nextTryAt === null || reason === 'not-encrypted'
      ? []
      : [`Next try at ${writeTime(nextTryAt)}, or now: usage forget`]),
    writeContact(one),
  ]
}

const writeContact = ({contact, request, requestedAt}: DestinationForget): string =>
  `Contact: ${toPlainText(contact)}${request === null ? '' : ` (your request ${request} of ${writeTime(requestedAt ?? '')})`}`
