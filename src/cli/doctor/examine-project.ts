import {collectionVersion, displayName} from '../../protocol/project/project-file.ts'
import {limits} from '../../protocol/values/limits.ts'
import {isOptOut} from '../../reporter/consent/consent.ts'
import {listWaitingFiles} from '../../reporter/destination/buffer.ts'
import {type Destination, endpointOf} from '../../reporter/destination/destination.ts'
import {type ProjectStatus, readStatus} from '../../reporter/person/status.ts'
import {isLockHeld} from '../../reporter/sender/sender-lock.ts'
import {listStaleClaims} from '../../reporter/sender/stale-claims.ts'
import {modifiedAt} from '../../reporter/world/files.ts'
import type {World} from '../../reporter/world/world.ts'
import {writeTime} from '../output/write-time.ts'
import {isReason, writeAmount, writeDropReason, writeReason} from '../text/words.ts'
import {type Finding, messageOf, ok, problem, warning} from './finding.ts'

/** What a person types. The backticks keep it on one line. */
const type = (words: string): string => `\`usage ${words}\``

/** The share of the buffer's quota from which the oldest events are soon dropped. */
const fullShare = 0.8
/** Days after which waiting events are worth a warning: they are dropped after 30. */
const oldDays = 7

/** Checks what this machine has of a project: its file, consent, waiting events, the last delivery, the sender. Never throws. */
export function examineProject(world: World, destination: Destination): Finding[] {
  const {project} = destination
  const valid = `${displayName(project)}, valid, collection version ${collectionVersion(project)}.`
  const address = endpointOf(project)
  try {
    const status = readStatus(world, destination, {allEvents: false})
    return [
      ok(
        'project-file',
        `${valid} Sends to ${address}${status.routedBy === null ? '' : `, as ${status.routedBy} says`}.`,
      ),
      examineConsent(status),
      examineWaiting(world, destination, status),
      examineDelivery(status),
      ...examineDropped(status),
      examineSender(world, destination),
    ]
  } catch (error) {
    const next = 'Check the owner and the permissions of the folder.'
    return [
      ok('project-file', valid),
      problem('waiting', `${destination.directory} cannot be read: ${messageOf(error)}`, next),
    ]
  }
}

function examineConsent({project, consent, silent}: ProjectStatus): Finding {
  const by = consent.decidedBy === null ? '' : ` (${consent.decidedBy})`
  const choices = `To opt in: ${type(`optin ${project}`)}. To opt out: ${type(`optout ${project}`)}.`
  if (consent.allowed && silent !== null)
    return ok(
      'consent',
      `Allowed, but this process records nothing (${silent.decidedBy}): only rank 0 of an MPI job is counted.`,
    )
  if (consent.heldBy !== null)
    return ok(
      'consent',
      'Recorded. Sent with the first run at least a minute after the notice, unless you opt out.',
      choices,
    )
  if (consent.allowed) return ok('consent', 'Recorded and sent.', `To opt out: ${type(`optout ${project}`)}.`)
  const what = `Off. ${consent.reason}${by}: ${writeReason(consent.reason)}`
  if (isOptOut(consent.reason) || consent.reason === 'ci' || consent.reason === 'not-opted-in')
    return ok('consent', what, consent.reason.endsWith('opt-out') || consent.reason === 'not-opted-in' ? choices : null)
  return problem('consent', what, consent.text ?? 'See the findings about the folders and the project file.')
}

function examineWaiting(world: World, {paths}: Destination, {project, waiting}: ProjectStatus): Finding {
  if (waiting.events === 0) return ok('waiting', 'No events wait.')
  const files = listWaitingFiles(paths).length
  const what = `${writeAmount(waiting.events, 'event')} (${waiting.bytes} bytes) waiting, the oldest from ${writeTime(waiting.oldest ?? '')}.`
  const share = Math.max(waiting.bytes / limits.maxBufferBytes, files / limits.maxBufferFiles)
  const next = `To send them now: ${type(`flush --project ${project}`)}. To see them: ${type(`preview ${project}`)}.`
  if (share > fullShare)
    return warning(
      'waiting',
      `${what} The buffer is ${Math.round(share * 100)} % full; then the oldest are dropped.`,
      next,
    )
  const age = (world.now() - Date.parse(waiting.oldest ?? '')) / 86_400_000
  if (age > oldDays)
    return warning('waiting', `${what} Events older than ${limits.maxEventAgeDays} days are dropped.`, next)
  return ok('waiting', what)
}

function examineDelivery({lastError, nextTryAt, sent, forget, project}: ProjectStatus): Finding {
  const done =
    sent.last === null
      ? 'Nothing was sent yet.'
      : `${writeAmount(sent.events, 'event')} sent, last at ${writeTime(sent.last)}.`
  if (lastError !== null) {
    const reason = isReason(lastError.reason) ? writeReason(lastError.reason) : ''
    const what = `The last delivery failed at ${writeTime(lastError.at)}. ${reason} (${lastError.message})`
    return warning(
      'delivery',
      what,
      `See the other findings. The next try is at ${writeTime(nextTryAt ?? '')}; now: ${type(`flush --project ${project}`)}.`,
    )
  }
  if (forget?.isPending === true)
    return warning(
      'delivery',
      `${done} An erasure was requested at ${writeTime(forget.requestedAt)} and is not confirmed. No report is sent until then.`,
      `To ask again: ${type(`forget ${project}`)}. To take it back: ${type(`forget --withdraw ${project}`)}.`,
    )
  return ok('delivery', done)
}

function examineDropped({dropped, refused, project}: ProjectStatus): Finding[] {
  const counted = Object.entries(dropped) as [keyof typeof dropped, number][]
  const lost = counted.filter(([reason, count]) => count > 0 && reason !== 'opted-out' && reason !== 'forgotten')
  const found = lost.map(([reason, count]) =>
    warning('delivery', `${count} dropped (${reason}). ${writeDropReason(reason)}`, dropNext(reason)),
  )
  if (refused.events === 0) return found
  const what = `The collector refused ${writeAmount(refused.events, 'event')}.`
  return [...found, warning('delivery', what, `To see why: ${type(`log --errors ${project}`)}.`)]
}

function dropNext(reason: string): string {
  if (reason === 'undeclared-field' || reason === 'undeclared-feature')
    return 'Declare them in the project file, or record only declared ones. To see the declared ones: `usage explain`.'
  if (reason === 'wrong-use')
    return 'Run the script with USAGE_STRICT=1: the first wrong command then fails and names the error.'
  if (reason === 'quota' || reason === 'too-old') return 'Fix the delivery: see the findings about the collector.'
  return 'See `usage status`.'
}

function examineSender(world: World, {paths}: Destination): Finding {
  const claims = listStaleClaims(world, paths).length
  if (claims > 0)
    return warning(
      'sender',
      `A killed sender left ${writeAmount(claims, 'claim')}. The events are sent again, and count once.`,
      'Nothing: the next sender returns them to the buffer.',
    )
  if (isLockHeld(world, paths.lock)) return ok('sender', 'A sender is running, or was killed less than a minute ago.')
  if (modifiedAt(paths.lock) !== null)
    return ok('sender', 'A killed sender left its lock, which the next sender replaces.')
  return ok('sender', 'No sender is running.')
}
