import {toPlainText} from '../../protocol/plain-text.ts'
import {noticeSeconds} from '../../reporter/consent/notice.ts'
import type {ProjectStatus, WaitingEvent} from '../../reporter/person/status.ts'
import {toTime, type World} from '../../reporter/world/world.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount, writeReason, writeUnreadable} from './words.ts'

/** Writes the status of the projects on this machine for a person. */
export function writeStatus(
  {projects, unreadable}: {readonly projects: readonly ProjectStatus[]; readonly unreadable: readonly string[]},
  paint: Paint,
  {stateDirectory, lostFolders}: Pick<World, 'stateDirectory' | 'lostFolders'>,
): string {
  if (projects.length + unreadable.length === 0) {
    const problem = lostFolders[0]?.problem
    if (problem !== undefined) return `${paint.red('Nothing is recorded')}: ${toPlainText(problem)}`
    return `Nothing was recorded on this machine (${stateDirectory}).`
  }
  const known = projects.map(project => writeProject(project, paint))
  return [...known, ...unreadable.map(folder => writeUnreadable(folder, paint))].join('\n\n')
}

function writeProject(status: ProjectStatus, paint: Paint): string {
  const {waiting, sent, refused, notice} = status
  const lines = [
    `${paint.bold(toPlainText(status.project))}  ${writeState(status, paint)}`,
    row('Decided by', writeDecision(status)),
    row('Goes to', writeEndpoint(status)),
    row('Waiting', writeWaiting(status)),
    ...waiting.newest.map(event => `    ${paint.dim(writeEvent(event))}`),
    ...(waiting.events > waiting.newest.length ? [`    and ${waiting.events - waiting.newest.length} more`] : []),
    row('Open runs', String(status.openRuns)),
    row('Sent', sent.last === null ? 'nothing' : `${writeAmount(sent.events, 'event')}, last at ${sent.last}`),
    ...writeDropped(status, paint),
    ...(refused.events > 0 ? [row('Refused', paint.red(writeAmount(refused.events, 'event')))] : []),
    ...writeError(status, paint),
    ...writeForget(status, paint),
    row('Notice', notice.shownAt === null ? 'not shown yet' : `shown at ${notice.shownAt}`),
  ]
  return lines.join('\n')
}

function writeState({consent, silent}: ProjectStatus, paint: Paint): string {
  if (!consent.allowed) return paint.red('off')
  if (silent !== null) return paint.yellow('silent')
  return consent.sending ? paint.green('on') : paint.yellow('waiting')
}

const row = (name: string, value: string): string => `  ${name.padEnd(11)} ${value}`

function writeEndpoint(status: ProjectStatus): string {
  const router = status.routedBy === null ? '' : `; decided by the site policy ${toPlainText(status.routedBy)}`
  return `${writePlace(status)}${router}`
}

function writePlace({endpoint: {http, udp, file}}: ProjectStatus): string {
  if (file !== null) return `${toPlainText(file)}, a folder that your site forwards; delivery is not confirmed`
  if (http !== null) return toPlainText(http)
  return udp === null ? 'nowhere' : `${toPlainText(udp)}, by datagrams; delivery is not confirmed`
}

function writeDecision(status: ProjectStatus): string {
  const {consent, silent, notice} = status
  if (consent.allowed && silent !== null)
    return `${silent.reason} (${silent.decidedBy}): Only rank 0 of an MPI job is counted, and this process has another rank.`
  if (consent.heldBy === 'notice-pending' && notice.shownAt !== null)
    return writePending(status.project, notice.shownAt)
  const reason = consent.heldBy ?? consent.reason
  const by = consent.decidedBy === null ? '' : ` (${toPlainText(consent.decidedBy)})`
  const text = consent.text === null ? '' : ` "${toPlainText(consent.text)}"`
  return `${reason}${by}: ${writeReason(reason)}${text}`
}

/** When sending opens after the notice, and how to decide earlier. The time is in UTC, like all times here. */
function writePending(id: string, shownAt: string): string {
  const project = toPlainText(id)
  const opensAt = Date.parse(shownAt) + (noticeSeconds + 59) * 1000
  const minute = toTime(opensAt).slice(11, 16)
  return `notice-pending: Sent with the first run after ${minute} UTC, unless you opt out: usage optout ${project}
${' '.repeat(14)}To send now: usage optin ${project}`
}

function writeWaiting({waiting}: ProjectStatus): string {
  if (waiting.events === 0) return 'nothing'
  return `${writeAmount(waiting.events, 'event')}, ${waiting.bytes} bytes, oldest from ${waiting.oldest}`
}

function writeEvent(event: WaitingEvent): string {
  return toPlainText(`${event.time}  ${event.type}  ${'name' in event ? event.name : (event.run ?? 'no run')}`)
}

function writeDropped({dropped}: ProjectStatus, paint: Paint): string[] {
  const counted = Object.entries(dropped).filter(([, count]) => count > 0)
  if (counted.length === 0) return []
  return [row('Dropped', paint.yellow(counted.map(([reason, count]) => `${count} ${reason}`).join(', ')))]
}

function writeError({lastError, nextTryAt}: ProjectStatus, paint: Paint): string[] {
  if (lastError === null) return []
  const error = `${lastError.reason} at ${lastError.at}: ${toPlainText(lastError.message)}`
  return [row('Last error', paint.red(error)), row('Next try', nextTryAt ?? 'at the next event')]
}

function writeForget({forget}: ProjectStatus, paint: Paint): string[] {
  if (forget === null) return []
  const {requestedAt, receipt, erasedAt, isPending} = forget
  if (isPending)
    return [row('Forget', paint.yellow(`requested at ${requestedAt}, not confirmed yet; no report is sent until then`))]
  const ending = receipt === null ? 'no confirmation needed' : `erased at ${erasedAt}, receipt ${receipt}`
  return [row('Forget', `requested at ${requestedAt}, ${ending}`)]
}
