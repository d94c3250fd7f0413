/**
 * Room `text`: answers as text for people.
 *
 * One module writes the answer of one command: it takes the answer that `--json` prints and returns a string. Pure: no disk, no
 * network, no clock. Text from project files and collectors is escaped for terminals (`toPlainText`). Colours come from the
 * `Paint` that the caller gives. This module has the sentence for each reason; a new reason does not compile without one.
 * Read next: `write-status.ts`.
 */
import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {ConsentReason} from '../../reporter/consent/consent.ts'
import type {DropReason} from '../../reporter/destination/drops.ts'
import type {AccessReason} from '../../reporter/person/access.ts'
import type {DeliveryReason} from '../../reporter/sender/deliver.ts'
import type {Paint} from '../output/paint.ts'

/** `1 event`, `2 events`. */
export function writeAmount(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

type Reason = DeliveryReason | ConsentReason | AccessReason | 'cannot-erase' | 'cannot-prove' | 'not-written'

const reasonWords: Record<Reason, string> = {
  allowed: 'Recording and sending are on.',
  'site-policy': 'The administrator of this machine switched it off.',
  'do-not-track': 'DO_NOT_TRACK is set.',
  'usage-tracking': 'USAGE_TRACKING switches it off.',
  'project-variable': "The project's variable switches it off.",
  'user-opt-out': 'You opted out of all projects.',
  'project-opt-out': 'You opted out of this project.',
  ci: 'The project does not count CI runs.',
  'not-opted-in':
    'The project counts only users who opted in. Nothing is recorded until then. To opt in: usage optin. To keep it off: usage optout.',
  'settings-unreadable': 'Your settings cannot be read, so nothing is recorded.',
  'state-not-writable': 'The state folder cannot be written, so nothing is recorded.',
  'no-endpoint': 'The project file has no endpoint.',
  'notice-pending':
    'Sent with the first run at least a minute after the notice, unless you opt out: usage optout. To send now: usage optin.',
  offline: 'The collector could not be reached.',
  timeout: 'The collector did not answer in time.',
  busy: 'The collector is busy.',
  'server-error': 'The collector gave no valid answer.',
  'no-folder': 'The folder of the endpoint is missing or cannot be written. For its path: usage status.',
  'key-refused': 'The collector rejected the write key.',
  'project-unknown': 'The collector has no project with this id.',
  'sender-failed': 'The sender failed on this machine. For the reason: usage status.',
  'no-time': 'The time limit was reached.',
  'busy-here': 'Another sender of yours is running, or was killed less than a minute ago.',
  'forget-pending': 'You asked for erasure. No report is sent until the collector has confirmed it.',
  'cannot-erase': 'This collector does not support erasure.',
  'cannot-show': 'This collector does not support access requests. It may be older than this program.',
  'not-encrypted':
    'The address is http to another machine, and the proof that the data is yours is sent only by HTTPS or to this machine.',
  'too-much': 'The collector holds more than this command reads.',
  'cannot-prove': 'The secret of your pseudonyms is lost or damaged. Without it nobody can prove that they are yours.',
  'not-written': 'The request could not be saved on this machine.',
  'sender-lost': 'The sender ended without a result. Unconfirmed events are sent again.',
}

/** Reports a folder that cannot be read, so that what was sent from it is unknown. */
export function writeUnreadable(folder: string, paint: Paint): string {
  return `${paint.red('Cannot be read')}: ${toPlainText(folder)}
  It belongs to another user, or its project.json is missing or damaged. So it is unknown what was sent from there.
  Check its owner, or set --project-file FILE and see the folder sent/ in it.`
}

/** Says that nobody answers where reports went, and what a command cannot do for that reason: `cannot erase them`. */
export function writeUnanswered(endpoint: string, cannot: string): string {
  const place = toPlainText(endpoint)
  return endpoint.startsWith('file:')
    ? `reports were written to ${place}, a folder that your site forwards. This command ${cannot}, because folders are not answered.`
    : `reports were sent to ${place} as datagrams. This command ${cannot}, because datagrams are not answered.`
}

/** A reason as a sentence. */
export function writeReason(reason: Reason): string {
  return reasonWords[reason]
}

const dropWords: Record<DropReason, string> = {
  quota: 'The buffer is full, so the oldest events are dropped.',
  'too-old': 'Events older than 30 days are not sent.',
  'too-large': 'An event must have at most 8 KiB.',
  'undeclared-field': 'These fields are not declared or their values are invalid, so they are omitted.',
  'undeclared-feature': 'The project file does not declare these features.',
  'wrong-use': 'The commands had invalid flags or arguments.',
  damaged: 'These lines of buffer files are not valid events.',
  'before-consent': 'They are from before your opt-in.',
  'opted-out': 'After an opt-out no waiting event is sent.',
  forgotten: 'You asked for erasure.',
}

/** Why something is dropped, as a sentence. */
export function writeDropReason(reason: DropReason): string {
  return dropWords[reason]
}

/** Whether it has a sentence. */
export const isReason = (reason: string): reason is Reason => Object.hasOwn(reasonWords, reason)
