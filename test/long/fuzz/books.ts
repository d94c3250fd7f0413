import {datagramReader} from '../../../src/collector/receive/udp/read-datagram.ts'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {Reply} from './connection.ts'
import type {Mutant} from './mutate.ts'

/** What is known of one project, from messages and answers alone. */
export interface Account {
  /** Events in accepted messages, and datagrams that the project got. */
  received: number
  /** Events that an answer called so. Datagrams have no answers. */
  accepted: number
  duplicates: number
  refused: number
  pending: number
  /** Runs that must be counted. */
  readonly runs: Set<string>
  /** Runs whose first end has the exit code 0, and those whose first end does not. */
  readonly ends: Map<string, boolean>
  /** Ids of declared uses, each with the name. */
  readonly uses: Map<string, string>
}

export interface Books {
  /** Messages by how they were answered: by the status, `cut`, `stored`, or `unknown`. */
  readonly outcomes: Map<string, number>
  account(project: string): Account
  /** Notes a post and its answer. Throws if they contradict each other. */
  notePost(mutant: Mutant, reply: Reply): void
  noteDatagram(bytes: Uint8Array, nowMs: number): void
}

/** The statuses that say what was wrong with a message. Any other is a fault of the collector. */
const refusals = [400, 401, 403, 404, 405, 408, 413, 415, 417, 421, 429, 431, 503]

export function openBooks(projects: ReadonlyMap<string, ProjectFile>): Books {
  const accounts = new Map<string, Account>()
  const outcomes = new Map<string, number>()
  const note = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  const account = (project: string): Account => {
    const made = accounts.get(project) ?? emptyAccount()
    accounts.set(project, made)
    return made
  }
  const ids = {header: () => ({user: null, host: null, period: null})} as never
  const read = datagramReader({projects, parsl: {project: 'parsl', ids}})
  return {
    outcomes,
    account,
    notePost({way, content, isBroken, isDryRun}, {status, body}) {
      note(isBroken ? 'cut' : String(status))
      if (status === 200 && way === 'reports' && !isBroken) {
        if (!isDryRun) noteReport(account, projects, JSON.parse(decode(content)), JSON.parse(body))
      } else if (status === 201 && way !== 'reports' && !isBroken)
        account('mantid').received += mantidRecords(JSON.parse(decode(content)), way)
      else if (status === 0 ? !isBroken : !refusals.includes(status) && !isHarmless(status))
        throw new Error(`the answer has the status ${status}: ${body}`)
    },
    noteDatagram(bytes, nowMs) {
      const found = read(bytes, nowMs)
      note(found === null ? 'unknown' : 'datagram')
      if (found === null) return
      const into = account(found.batch.project)
      into.received++
      for (const {event} of found.batch.events) noteEvent(into, event)
    },
  }
}

/** A mutant may be a question, or be answered without a body. */
const isHarmless = (status: number): boolean => [200, 204].includes(status)

const decode = (content: Uint8Array): string => new TextDecoder('utf-8').decode(content)

const emptyAccount = (): Account => ({
  ...{received: 0, accepted: 0, duplicates: 0, refused: 0, pending: 0},
  ...{runs: new Set(), ends: new Map(), uses: new Map()},
})

interface Written {
  readonly project: string
  readonly events: readonly WrittenEvent[]
}

interface WrittenEvent {
  readonly id: string
  readonly type: string
  readonly run?: string | null
  readonly featureType?: string
  readonly name?: string
  readonly exitCode?: number | null
  readonly signal?: string | null
}

interface WrittenAnswer {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: readonly {readonly index: number}[]
  readonly pending?: number
}

function noteReport(
  account: Books['account'],
  projects: ReadonlyMap<string, ProjectFile>,
  {project, events}: Written,
  {accepted, duplicates, rejected, pending = 0}: WrittenAnswer,
): void {
  if (accepted + duplicates + rejected.length !== events.length)
    throw new Error(`${events.length} events: ${accepted} accepted, ${duplicates} again, ${rejected.length} rejected`)
  const into = account(project)
  into.received += events.length
  into.accepted += accepted
  into.duplicates += duplicates
  into.refused += rejected.length
  into.pending += pending
  const wasRejected = new Set(rejected.map(({index}) => index))
  const {types, names} = projects.get(project)!.features
  for (const [index, event] of events.entries()) {
    if (wasRejected.has(index)) continue
    const isDeclared = types.includes(event.featureType ?? 'Feature') && names.includes(event.name ?? '')
    if (event.type !== 'feature' || isDeclared) noteEvent(into, event)
  }
}

/** Counts an event that was accepted, unless it was counted before. */
function noteEvent({runs, ends, uses}: Account, {id, type, run = null, name, exitCode, signal}: WrittenEvent): void {
  const key = run?.toLowerCase() ?? null
  if (type === 'feature') {
    if (uses.has(id.toLowerCase())) return
    uses.set(id.toLowerCase(), name ?? '')
  }
  if (key === null) return
  runs.add(key)
  if (type === 'end' && !ends.has(key)) ends.set(key, exitCode === 0 && (signal ?? null) === null)
}

/** The records in a body of Mantid that was accepted. */
function mantidRecords(body: unknown, way: Mutant['way']): number {
  const wrapped = typeof body === 'object' && body !== null && Object.hasOwn(body, 'usages')
  const listed: readonly unknown[] = Array.isArray(body) ? body : wrapped ? (body as Usages).usages : [body]
  if (way === 'startups') return listed.length
  return listed.reduce<number>((sum, one) => sum + ((one as {features?: unknown[]}).features?.length ?? 1), 0)
}

interface Usages {
  readonly usages: readonly unknown[]
}
