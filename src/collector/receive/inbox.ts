import {reach} from '../../fault-points.ts'
import {type Inbox, inboxLookSize} from '../../protocol/inbox.ts'
import {describeProblems} from '../../protocol/problem.ts'
import {parseReport} from '../../protocol/report.ts'
import {admit} from '../intake/admit.ts'
import type {GroupCommit} from '../intake/group-commit.ts'
import type {Projects} from '../intake/projects.ts'

/** Milliseconds between two looks into the folder, unless it was full. */
const lookEveryMs = 5_000
/** Reports that are read and written together: what one transaction takes at once, and little memory. */
const together = 16

export interface InboxParts {
  readonly inbox: Inbox
  readonly projects: Projects
  readonly groupCommit: Pick<GroupCommit, 'write'>
  /** Unix milliseconds. */
  readonly now: () => number
  readonly everyMs?: number
}

export interface InboxReceiver {
  /** Takes no more reports; resolves when those that were taken are settled. */
  close(): Promise<void>
}

/**
 * Takes the reports of a folder as if they had been posted: each is removed once its events are on disk. Killed between
 * the two, it finds events that it knows. What is no report, or has events that are refused, is set aside; reports of
 * projects that are not collected here stay where they are. The right to write the folder stands for the write key.
 * Never throws: what fails is tried at the next look.
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
    async close() {
      isOpen = false
      if (timer !== null) clearTimeout(timer)
      await looking
    },
  }
}

/** Names that looks have found and not taken. */
interface Seen {
  /** Reports for others: none is read again. */
  readonly forOthers: Set<string>
  /** Files that cannot be read or moved: they are looked at after all others, so that they keep nobody out. */
  readonly later: Set<string>
}

/** One look. Gives whether there may be more at once. */
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
  const there = new Set(listed)
  // Those that somebody else has carried on are forgotten.
  for (const names of [forOthers, later]) for (const name of names) if (!there.has(name)) names.delete(name)
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
