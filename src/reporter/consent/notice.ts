import {existsSync, fstatSync, rmSync, statSync} from 'node:fs'
import {delimiter} from 'node:path'
import {addressOf, collectionVersion, displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Destination} from '../destination/destination.ts'
import {projectOptOutPath} from '../world/directories.ts'
import {createExclusively, createWhole, inside, makeDirectory, readJson} from '../world/files.ts'
import type {Caller} from '../world/processes.ts'
import {toTime, type World} from '../world/world.ts'

/** Minimum number of seconds between the notice and the first report. */
export const noticeSeconds = 60

interface NoticeMarker {
  readonly shownAt: string
  readonly caller: Pick<Caller, 'pid' | 'startTime'> | null
}

/** The marker of a shown notice, for one destination and version. Created once, never changed. */
export const noticePath = (destination: Destination): string =>
  inside(destination.directory, `notice-${collectionVersion(destination.project)}`)
/** The file that opens sending after the notice. */
const openPath = (destination: Destination): string => `${noticePath(destination)}.open`

/** Whether sending is open for the current version of what is collected. */
export const isNoticeOpen = (destination: Destination): boolean => existsSync(openPath(destination))

/** When the notice of the current version was shown, RFC 3339, or null. */
export function noticeShownAt(destination: Destination): string | null {
  return readMarker(destination)?.shownAt ?? null
}

function readMarker(destination: Destination): NoticeMarker | null {
  const marker = readJson(noticePath(destination)) as Partial<NoticeMarker> | null
  return typeof marker?.shownAt === 'string' ? {shownAt: marker.shownAt, caller: marker.caller ?? null} : null
}

/** Who saw a notice: the caller of a command, or a program that counts itself. */
export type NoticeReader = 'caller' | 'program'

const readerOf = (world: World, reader: NoticeReader): Caller | undefined =>
  world.processes().callers[reader === 'program' ? 0 : 1]

/** Records that the notice was shown now. False: another process has already shown it. */
export function markNoticeShown(world: World, destination: Destination, reader: NoticeReader = 'caller'): boolean {
  makeDirectory(destination.directory)
  const caller = readerOf(world, reader)
  const marker: NoticeMarker = {
    shownAt: toTime(world.now()),
    caller: caller === undefined ? null : {pid: caller.pid, startTime: caller.startTime},
  }
  return createWhole(noticePath(destination), JSON.stringify(marker))
}

/** Removes the record that the notice was shown. */
export function forgetNotice(destination: Destination): void {
  rmSync(noticePath(destination), {force: true})
}

/** Opens sending: allowed by the person, or by the first start of another caller a minute after the notice. */
export function openNotice(destination: Destination): void {
  createExclusively(openPath(destination), '')
}

/**
 * Whether a start that happens now opens sending: the notice was shown a minute ago, to another caller. A time that is more
 * than a minute in the future does not hold sending back: a clock was ahead when the notice was shown.
 */
export function isNoticeDue(world: World, destination: Destination, reader: NoticeReader = 'caller'): boolean {
  const marker = readMarker(destination)
  if (marker === null) return false
  const waitedSeconds = (world.now() - Date.parse(marker.shownAt)) / 1000
  if (Math.abs(waitedSeconds) < noticeSeconds) return false
  const caller = readerOf(world, reader)
  return caller?.pid !== marker.caller?.pid || caller?.startTime !== marker.caller?.startTime
}

/** Whether somebody can see standard error: not if it is `/dev/null` or closed. */
export function isErrorOutputVisible(): boolean {
  try {
    const output = fstatSync(2)
    const nothing = statSync(process.platform === 'win32' ? '\\\\.\\NUL' : '/dev/null')
    return !(output.isCharacterDevice() && output.rdev === nothing.rdev)
  } catch {
    return false
  }
}

/** When sending begins: after the notice and a minute, or immediately in a recognised CI system. */
export type SendingBegins = 'later' | 'now'

const beginnings: Readonly<Record<SendingBegins, string>> = {
  // Also true of a notice that is shown again, when a project counts something new.
  later: 'None of this is sent yet.',
  now: 'Sent from this CI job in the background.',
}

/** The parts of a notice that a client knows before it runs. Between them are its commands, and behind them a path. */
export interface NoticeParts {
  /** Who counts, what, why, where to, and whether anything is sent yet: lines without the last line break. */
  readonly head: string
  /** What else opts out, up to the path of the opt-out file. */
  readonly end: string
}

/** The parts of a notice. Plain text. `router`: the site policy that decides where it goes. */
export function noticeParts(
  project: ProjectFile,
  begins: SendingBegins = 'later',
  router: string | null = null,
): NoticeParts {
  const {environmentVariable: variable, purpose, endpoint, contact} = project
  const to = `${addressOf(endpoint)}${router === null ? '' : `, by the policy of this site (${router})`}`
  const lines = [
    `${displayName(project)} counts how it is used: ${purpose.join('; ')}.`,
    `  Sent: ${collectedWords(project)}.`,
    `  To: ${to}. Questions: ${contact}. ${beginnings[begins]}`,
  ]
  return {
    head: lines.map(toPlainText).join('\n'),
    end: `${variable === undefined ? '' : `set ${variable}=false, or `}create the file`,
  }
}

/** Whether a person can type `usage`: not where only a program that counts itself contains it. Looks at each folder of PATH. */
export function isUsageInstalled({environment}: Pick<World, 'environment'>): boolean {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  return folders.some(folder => existsSync(inside(folder, process.platform === 'win32' ? 'usage.cmd' : 'usage')))
}

/**
 * The notice: who counts, what, why, and how to opt out. Plain text of a few lines, one for each command to type.
 * `hasCommands`: whether `usage` is installed; otherwise the variable and the file remain.
 */
export function noticeText(
  project: ProjectFile,
  configDirectory: string,
  begins: SendingBegins = 'later',
  router: string | null = null,
  hasCommands = true,
): string {
  const {head, end} = noticeParts(project, begins, router)
  const commands = `To see it: usage status
  To stop it: usage optout ${project.project}
  or`
  return `${head}
  ${hasCommands ? commands : 'To stop it:'} ${end} ${toPlainText(projectOptOutPath(configDirectory, project.project))}`
}

function collectedWords(project: ProjectFile): string {
  const {user, host, script, rotate} = project.identity
  const ids = [user && 'user', host && 'host', script && 'script'].filter(word => word !== false)
  const period = rotate === 'never' ? 'that do not change' : `that change every ${rotate}`
  const pseudonyms = ids.length > 0 ? [`pseudonyms (${ids.join(', ')}) ${period}`] : []
  const fields = Object.keys(project.fields)
  return [
    ...pseudonyms,
    'start and end of runs, exit codes, features used, versions of the program and the system',
    ...(fields.length > 0 ? [`and ${fields.join(', ')}`] : []),
  ].join(', ')
}
