import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Consent} from '../../reporter/consent/consent.ts'
import {noticeSeconds} from '../../reporter/consent/notice.ts'
import type {ProjectStatus, WaitingEvent} from '../../reporter/person/status.ts'
import type {World} from '../../reporter/world/world.ts'
import type {Paint} from '../output/paint.ts'
import {wrapText} from '../output/wrap-text.ts'
import {writeMinute, writeTime} from '../output/write-time.ts'
import {writeAmount, writeReason, writeUnreadable} from './words.ts'

/** Writes the status of the projects on this machine for a person. */
export function writeStatus(
  {projects, unreadable}: {readonly projects: readonly ProjectStatus[]; readonly unreadable: readonly string[]},
  {paint, width, world, forAll, optedOut}: StatusWriting,
): string {
  if (projects.length + unreadable.length === 0) {
    const problem = world.lostFolders[0]?.problem
    if (problem !== undefined) return `${paint.red('Nothing is recorded')}: ${toPlainText(problem)}`
    const rule = forAll.allowed ? [] : [row('Decided by', writeRule(forAll.reason, forAll))]
    const rows = optedOut.length === 0 ? rule : [...rule, row('Opted out', toPlainText(optedOut.join(', ')))]
    const lines = ['Nothing was recorded on this machine.', ...rows.map(line => wrapText(line, width, valueIndent))]
    return [...lines, ...writeFolders(world)].join('\n')
  }
  const known = projects.map(project => writeProject(project, paint, width, world.now()))
  const folders = writeFolders(world).join('\n')
  return [...known, ...unreadable.map(folder => writeUnreadable(folder, paint)), folders].join('\n\n')
}

interface StatusWriting {
  readonly paint: Paint
  readonly width: number
  readonly world: Pick<World, 'stateDirectory' | 'configDirectory' | 'lostFolders' | 'now'>
  /** The rules for all projects, which are shown where no project is known. */
  readonly forAll: Consent
  /** The projects that were opted out of by a file, which are shown there too. */
  readonly optedOut: readonly string[]
}

/** Where everything is kept, for all projects. */
const writeFolders = ({stateDirectory, configDirectory}: StatusWriting['world']): string[] => [
  `State folder:    ${toPlainText(stateDirectory)}`,
  `Settings folder: ${toPlainText(configDirectory)}`,
]

function writeProject(status: ProjectStatus, paint: Paint, width: number, nowMs: number): string {
  const {waiting, sent, refused, notice} = status
  const lines = [
    `${paint.bold(toPlainText(status.project))}  ${writeState(status, paint)}`,
    row('Decided by', writeDecision(status, nowMs)),
    row('Goes to', writeEndpoint(status)),
    row('Waiting', writeWaiting(status)),
    ...waiting.newest.map(event => `    ${paint.dim(writeEvent(event))}`),
    ...(waiting.events > waiting.newest.length ? [`    and ${waiting.events - waiting.newest.length} more`] : []),
    row('Open runs', String(status.openRuns)),
    row(
      'Sent',
      sent.last === null ? 'nothing' : `${writeAmount(sent.events, 'event')}, last at ${writeTime(sent.last)}`,
    ),
    ...writeDropped(status, paint),
    ...(refused.events > 0 ? [row('Refused', paint.red(writeAmount(refused.events, 'event')))] : []),
    ...writeError(status, paint),
    ...writeForget(status, paint),
    row('Notice', notice.shownAt === null ? 'not shown yet' : `shown at ${writeTime(notice.shownAt)}`),
  ]
  // The line of an event is one to search for, so it is never broken.
  return lines.map(line => (line.startsWith('    ') ? line : wrapText(line, width, valueIndent))).join('\n')
}

function writeState({consent, silent}: ProjectStatus, paint: Paint): string {
  if (!consent.allowed) return paint.red('off')
  if (silent !== null) return paint.yellow('silent')
  return consent.sending ? paint.green('on') : paint.yellow('waiting')
}

/** Where the values begin, and their further lines. */
const valueIndent = ' '.repeat(14)

const row = (name: string, value: string): string => `  ${name.padEnd(11)} ${value}`

/** What a person can do about a state, a line each. */
const choices = (...lines: readonly string[]): string => lines.map(line => `\n${valueIndent}${line}`).join('')

function writeEndpoint(status: ProjectStatus): string {
  const router = status.routedBy === null ? '' : `; decided by the site policy ${toPlainText(status.routedBy)}`
  return `${writePlace(status)}${router}`
}

function writePlace({endpoint: {http, udp, file}}: ProjectStatus): string {
  if (file !== null) return `${toPlainText(file)}, a folder that your site forwards; delivery is not confirmed`
  if (http !== null) return toPlainText(http)
  return udp === null ? 'nowhere' : `${toPlainText(udp)}, by datagrams; delivery is not confirmed`
}

function writeDecision(status: ProjectStatus, nowMs: number): string {
  const {consent, silent, notice} = status
  if (consent.allowed && silent !== null)
    return `${silent.reason} (${silent.decidedBy}): Only rank 0 of an MPI job is counted, and this process has another rank.`
  if (consent.heldBy === 'notice-pending') return writePending(status.project, notice.shownAt, nowMs)
  return writeRule(consent.heldBy ?? consent.reason, consent)
}

function writeRule(reason: Parameters<typeof writeReason>[0], {decidedBy, text}: Consent): string {
  const by = decidedBy === null ? '' : ` (${toPlainText(decidedBy)})`
  return `${reason}${by}: ${writeReason(reason)}${text === null ? '' : ` "${toPlainText(text)}"`}`
}

/** What opens sending, and from when. A notice of the future is one of a wrong clock, and holds nothing back. */
function writePending(id: string, shownAt: string | null, nowMs: number): string {
  const project = toPlainText(id)
  const shownMs = Date.parse(shownAt ?? '')
  const isDue = Math.abs(nowMs - shownMs) >= noticeSeconds * 1000
  const from =
    shownAt === null
      ? 'The notice is shown with the next run. Sent with the first run at least a minute later'
      : isDue
        ? 'Sent with the next run'
        : `Sent with the first run after ${writeMinute(shownMs + (noticeSeconds + 59) * 1000)}`
  return `notice-pending: ${from}, unless you opt out.${choices(
    `To opt out: usage optout ${project}`,
    `To send now: usage optin ${project}`,
  )}`
}

function writeWaiting({waiting}: ProjectStatus): string {
  if (waiting.events === 0) return 'nothing'
  return `${writeAmount(waiting.events, 'event')}, ${waiting.bytes} bytes, oldest from ${writeTime(waiting.oldest ?? '')}`
}

function writeEvent(event: WaitingEvent): string {
  return toPlainText(
    `${writeTime(event.time)}  ${event.type}  ${'name' in event ? event.name : (event.run ?? 'no run')}`,
  )
}

function writeDropped({dropped}: ProjectStatus, paint: Paint): string[] {
  const counted = Object.entries(dropped).filter(([, count]) => count > 0)
  if (counted.length === 0) return []
  return [row('Dropped', paint.yellow(counted.map(([reason, count]) => `${count} ${reason}`).join(', ')))]
}

function writeError({project, lastError, nextTryAt}: ProjectStatus, paint: Paint): string[] {
  if (lastError === null) return []
  const error = `${lastError.reason} at ${writeTime(lastError.at)}: ${toPlainText(lastError.message)}`
  return [
    row('Last error', paint.red(error)),
    row('Next try', nextTryAt === null ? 'at the next event' : writeTime(nextTryAt)),
    row('The cause', `usage doctor ${toPlainText(project)}`),
  ]
}

function writeForget({forget}: ProjectStatus, paint: Paint): string[] {
  if (forget === null) return []
  const {requestedAt, receipt, erasedAt, isPending} = forget
  if (isPending)
    return [
      row(
        'Forget',
        paint.yellow(`requested at ${writeTime(requestedAt)}, not confirmed yet; no report is sent until then`),
      ),
    ]
  const ending =
    receipt === null ? 'no confirmation needed' : `erased at ${writeTime(erasedAt ?? '')}, receipt ${receipt}`
  return [row('Forget', `requested at ${writeTime(requestedAt)}, ${ending}`)]
}
