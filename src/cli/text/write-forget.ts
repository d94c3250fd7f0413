import {toPlainText} from '../../protocol/plain-text.ts'
import type {DestinationForget, ForgetOutcome} from '../../reporter/person/forget.ts'
import type {Paint} from '../output/paint.ts'
import {isReason, writeAmount, writeReason, writeUnreadable} from './words.ts'

/** Writes for a person what a wish to be forgotten came to. */
export function writeForget(
  {projects, unreadable}: ForgetOutcome & {readonly unreadable: readonly string[]},
  paint: Paint,
): string {
  if (projects.length + unreadable.length === 0) return 'Nothing was ever sent from here: there is nothing to erase.'
  const asked = projects.map(one => writeDestination(one, paint))
  return [...asked, ...unreadable.map(folder => writeUnreadable(folder, paint))].join('\n')
}

function writeDestination(one: DestinationForget, paint: Paint): string {
  const gone = one.dropped === 0 ? [] : [`${writeAmount(one.dropped, 'waiting event')} dropped.`]
  const lines = [...writeOutcome(one, paint), ...writeNameless(one), ...gone]
  return `${paint.bold(toPlainText(one.project))}: ${lines.join('\n  ')}`
}

function writeOutcome(one: DestinationForget, paint: Paint): string[] {
  const place = toPlainText(one.endpoint ?? 'nowhere')
  switch (one.outcome) {
    case 'nothing-sent':
      return [`nothing was sent from here to ${place}: there is nothing to erase.`]
    case 'unconfirmed':
      return [
        `reports went to ${place} as datagrams, which nobody confirms: nothing can be erased by this command.`,
        'New ids from now on.',
        writeContact(one),
      ]
    case 'no-user':
      return [
        `reports went to ${place}, none with a pseudonym of yours: no key finds them, so nothing can be erased by this command.`,
        'They have a pseudonym of the script at most.',
        writeContact(one),
      ]
    case 'already-erased':
      return [
        `already erased, and nothing was sent from here to ${place} since.`,
        `Erased at ${one.receipt?.erasedAt}. Receipt: ${one.receipt?.receipt}`,
      ]
    case 'cannot-prove':
      return [
        `${paint.red('not erased')}: ${writeReason('cannot-prove')}`,
        `Put ${one.secret} back from a backup and ask again, or write to the contact; usage log --raw shows what was sent.`,
        'The request is kept: no report leaves meanwhile.',
        writeContact(one),
      ]
    case 'erased':
      return [paint.green('erased'), ...writeReceipt(one, place)]
    default:
      return [paint.red('not erased yet'), ...writeWhy(one)]
  }
}

function writeNameless({outcome, leftNameless}: DestinationForget): string[] {
  if (!leftNameless || outcome === 'no-user') return []
  return ['Reports without a pseudonym of yours went as well, from CI for example: no key finds them.']
}

function writeReceipt({receipt, sentLog}: DestinationForget, place: string): string[] {
  if (receipt === null) return []
  const rows = `${writeAmount(receipt.runs, 'run')} and ${writeAmount(receipt.features, 'feature')}`
  return [
    `${rows} are gone from ${place} since ${receipt.erasedAt}. Receipt: ${receipt.receipt}`,
    'New ids from now on.',
    `The log of what was sent stays yours, for 30 days; remove it when you like: ${sentLog}`,
  ]
}

function writeWhy(one: DestinationForget): string[] {
  const {reason, message, nextTryAt} = one
  const why = reason !== null && isReason(reason) ? writeReason(reason) : (reason ?? '')
  return [
    `${why}${message === null ? '' : ` (${toPlainText(message)})`}`,
    ...(one.outcome === 'pending' ? ['The request is kept and goes before every report: none leaves meanwhile.'] : []),
    ...(nextTryAt === null ? [] : [`Next try at ${nextTryAt}, or now: usage forget`]),
    writeContact(one),
  ]
}

const writeContact = ({contact, request, requestedAt}: DestinationForget): string =>
  `Who answers for the data: ${toPlainText(contact)}${request === null ? '' : ` (your request ${request} of ${requestedAt})`}`
