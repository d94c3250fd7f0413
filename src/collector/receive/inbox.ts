import {reach} from '../../fault-points.ts'
import {type Inbox, inboxLookSize} from '../../protocol/report/inbox.ts'
import {parseReport} from '../../protocol/report/report.ts'
import {describeProblems} from '../../protocol/values/problem.ts'
import {admit} from '../intake/admit.ts'
import type {GroupCommit} from '../intake/group-commit.ts'
import type {Projects} from '../intake/projects.ts'

/** Milliseconds between two looks into the folder. After a full look, the next one follows immediately. */
const lookEveryMs = 5_000
/** Reports that are read and written together. They share a transaction and need little memory. */
const together = 16

export interface InboxParts {
  readonly inbox: Inbox
  readonly projects: Projects
  readonly groupCommit: Pick<GroupCommit, 'write'>
  /** Unix milliseconds. */
  readonly now: () => number
  readonly everyMs?: number
  /** Called when a file that is no report was set aside. Default: nothing. */
  readonly onSetAside?: () => void
}

export interface InboxReceiver {
  /** Looks again at the reports of other projects: this collector may have their project by now. */
  lookAgain(): void
  /** Starts no further reports. Resolves when the reports that it is reading are stored. */
  close(): Promise<void>
}

/**
 * Receives the reports of a folder like posted ones. A report is removed after its events are on disk. If the collector
 * is killed between these two steps, the events are duplicates at the next start.
 *
 * Files that are no report, or have rejected events, are set aside. Reports of other projects stay where they are. The
 * permission to write the folder replaces the write key. Never throws: a file that fails is tried again at the next
 * look.
 */
export function receiveInbox(parts: InboxParts): InboxReceiver {
  let isOpen = true
  let timer: NodeJS.Timeout | null = null
  const seen: Seen = {forOthers: new Set(), later: new Set()}
  const look = async (): Promise<void> => {
    const isFull = await takeReports(parts, seen, () => isOpen)
    if (isOpen) timer = setTimeout(next, isFull ? 0 : (parts.everyMs ?? lookEveryMs))
  }
  let looking: Promise<void> = Promise.resolve()
  const next = (): void => {
    looking = look()
  }
  next()
  return {
    lookAgain: () => seen.forOthers.clear(),
    async close() {
      isOpen = false
      if (timer !== null) clearTimeout(timer)
      await looking
    },
  }
}

/** Names of files that earlier looks left in the folder. */
interface Seen {
  /** Reports of other projects: they are not read again. */
  readonly forOthers: Set<string>
  /** Files that cannot be read or moved. They are tried after all others, so that they do not block them. */
  readonly later: Set<string>
}

/** One look into the folder. True if it was full, so that more reports may wait. */
async function takeReports(parts: InboxParts, seen: Seen, isOpen: () => boolean): Promise<boolean> {
  try {
    const {forOthers, later} = seen
    const names = namesToLookAt(parts.inbox.list(inboxLookSize + forOthers.size + later.size), seen)
    let taken = 0
    for (let first = 0; first < names.length && isOpen(); first += together) {
      const chunk = names.slice(first, first + together)
      const outcomes = await Promise.all(chunk.map(name => takeReport(parts, name)))
      for (const [index, outcome] of outcomes.entries()) {
        const name = chunk[index]!
        later.delete(name)
        if (outcome === 'taken') taken++
        else if (outcome === 'for-others') forOthers.add(name)
        else later.add(name)
      }
    }
    return taken === inboxLookSize
  } catch {
    return false
  }
}

function namesToLookAt(listed: readonly string[], {forOthers, later}: Seen): string[] {
  const existing = new Set(listed)
  // Files that another program has moved are forgotten.
  for (const names of [forOthers, later]) for (const name of names) if (!existing.has(name)) names.delete(name)
  const fresh = listed.filter(name => !forOthers.has(name) && !later.has(name))
  return [...fresh, ...later].slice(0, inboxLookSize)
}

async function takeReport(parts: InboxParts, name: string): Promise<'taken' | 'for-others' | 'later'> {
  const {inbox, projects, groupCommit, now} = parts
  try {
    const file = inbox.read(name)
    if (file.kind === 'gone' || file.kind === 'unreadable') return 'later'
    const parsed = file.kind === 'damaged' ? file : readReport(file.body)
    if ('why' in parsed) {
      inbox.setAside(name, parsed.why)
      parts.onSetAside?.()
      return 'taken'
    }
    const project = projects.get(parsed.report.project)
    if (project === undefined) return 'for-others'
    const {batch, rejected} = admit(parsed.report, project, {receivedAtMs: now(), sentAtMs: null})
    await groupCommit.write(batch, parsed.bytes)
    reach('inbox: a report delivered')
    if (rejected.length === 0) inbox.remove(name)
    else inbox.setAside(name, rejected.map(({index, message}) => `event ${index + 1}: ${message}`).join('\n'))
    return 'taken'
  } catch {
    return 'later'
  }
}

function readReport(body: string) {
  const parsed = parseReport(parseJson(body))
  if (!parsed.ok) return {why: `not a valid report: ${describeProblems(parsed.problems)}`}
  return {report: parsed.value, bytes: Buffer.byteLength(body)}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
