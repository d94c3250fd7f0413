import {toPlainText} from '../../protocol/plain-text.ts'
import type {ConsentReason} from '../../reporter/consent/consent.ts'
import type {DropReason} from '../../reporter/destination/drops.ts'
import type {DeliveryReason} from '../../reporter/sender/deliver.ts'
import type {Paint} from '../output/paint.ts'

/** `1 event`, `2 events`. */
export function writeAmount(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

type Reason = DeliveryReason | ConsentReason | 'cannot-erase' | 'cannot-prove' | 'not-written'

const reasonWords: Record<Reason, string> = {
  allowed: 'Recording and sending are on.',
  'site-policy': 'The administrator of this machine has switched it off.',
  'do-not-track': 'DO_NOT_TRACK is set.',
  'usage-tracking': 'USAGE_TRACKING switches it off.',
  'project-variable': "The project's variable switches it off.",
  'user-opt-out': 'You have opted out of every project.',
  'project-opt-out': 'You have opted out of this project.',
  ci: 'The project does not count CI.',
  'not-opted-in': 'The project counts only those who say yes: usage optin.',
  'settings-unreadable': 'Your settings cannot be read, so nothing is recorded.',
  'state-not-writable': 'The state folder cannot be written, so nothing is recorded.',
  'no-endpoint': 'The project names no place to send to.',
  'notice-pending': 'Held back until you have had the time to say no. To send at once: usage optin.',
  offline: 'The collector could not be reached.',
  timeout: 'The collector did not answer in time.',
  busy: 'The collector is busy.',
  'server-error': 'The collector did not confirm it.',
  'key-refused': 'The collector does not take the write key.',
  'project-unknown': 'The collector does not know the project.',
  'sender-failed': 'The sender failed on this machine; usage status has the reason.',
  'no-time': 'There was no time left.',
  'busy-here': 'Another sender of yours is at work, or was killed less than a minute ago.',
  'forget-pending': 'You have asked to be forgotten, and the collector has not confirmed it: no report leaves before.',
  'cannot-erase': 'This collector cannot erase.',
  'cannot-prove': 'The secret that made your pseudonyms is lost or damaged: nobody can prove that they are yours.',
  'not-written': 'The request could not be kept on this machine.',
  'sender-lost': 'The sender ended without saying what it did; what is not confirmed is sent again.',
}

/** Says that nothing is known of a folder from which something may have been sent. */
export function writeUnreadable(folder: string, paint: Paint): string {
  return `${paint.red('Cannot be read')}: ${toPlainText(folder)}
  Its project.json is missing or damaged: what was sent from there, and to whom, is not known.
  Name the project with --project-file FILE, and look into the folder sent/ in it.`
}

/** Says a reason in a sentence. */
export function writeReason(reason: Reason): string {
  return reasonWords[reason]
}

const dropWords: Record<DropReason, string> = {
  quota: 'More waits than the buffer may hold; the oldest go.',
  'too-old': 'Events older than 30 days are not sent.',
  'too-large': 'An event has 8 KiB at most.',
  'undeclared-field': 'The project file does not declare these fields, so they are left out.',
  'undeclared-feature': 'The project file does not declare these features.',
  'wrong-use': 'They could not be understood.',
  damaged: 'These files cannot be read as events.',
  'before-consent': 'They are from before your yes.',
  'opted-out': 'After a no nothing that waits is sent.',
  forgotten: 'You asked to be forgotten.',
}

/** Says in a sentence why something is dropped. */
export function writeDropReason(reason: DropReason): string {
  return dropWords[reason]
}

/** Whether there is a sentence for it. */
export const isReason = (reason: string): reason is Reason => Object.hasOwn(reasonWords, reason)
