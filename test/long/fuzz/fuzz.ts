import assert from 'node:assert/strict'
import {createSocket} from 'node:dgram'
import {readFileSync} from 'node:fs'
import {setTimeout as wait} from 'node:timers/promises'
import {type ProjectFile, parseProjectFile} from '../../../src/protocol/project/project-file.ts'
import {endOf, reportOf, startOf} from '../../collector/samples.ts'
import {eventually} from '../../support/eventually.ts'
import type {ListeningCollector, Unfiltered} from '../../support/running-collector.ts'
import {type Account, type Books, openBooks} from './books.ts'
import {type Connection, openConnection} from './connection.ts'
import {type Mutant, makeMutant} from './mutate.ts'
import {wholePost} from './mutate-transport.ts'
import {assertReadAlike} from './read-alike.ts'
import {readStored} from './read-stored.ts'

export interface FuzzOptions {
  readonly seed: number
  /** The numbers of the mutants, smallest first. */
  readonly indexes: readonly number[]
  readonly collector: ListeningCollector & {readonly pid?: number}
}

export interface FuzzOutcome {
  /** Messages by how they were answered. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Events that are stored. */
  readonly stored: number
  readonly lost: number
  /** The most memory that the process of the collector used, if it has one of its own. */
  readonly peakMegabytes: number | null
}

/** The most memory that a fuzzed collector may use: its limits add up to less. */
export const mostMegabytes = 600

const senders = 32
const nowMs = (): number => Date.now()

const writtenProject = (project: string, changes: object = {}): object => ({
  project,
  contact: 'demo@example.org',
  purpose: ['How many people use Demo'],
  endpoint: {http: 'http://127.0.0.1:9'},
  fields: {
    executors: {type: 'integer', min: 0, max: 1000, description: 'Count of executors used'},
    word: {type: 'pattern', pattern: '^[a-z<>(): ]{1,40}$', description: 'A word'},
  },
  features: {types: ['Algorithm', 'Interface', 'Feature'], names: ['Load.v1', 'Rebin.v1', 'Save.v1']},
  ...changes,
})

/** The projects of a fuzzed collector: start it with `--parsl parsl --mantid mantid`. */
export const fuzzedProjects: readonly ProjectFile[] = [
  writtenProject('demo'),
  writtenProject('keyed', {writeKey: 'the-key'}),
  writtenProject('parsl'),
  writtenProject('mantid', {
    features: {types: ['Algorithm', 'Interface', 'Feature', 'Function'], names: ['Load.v1'], allowOther: true},
  }),
].map(written => {
  const parsed = parseProjectFile(written)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
})

/**
 * Sends mutants to a collector, over HTTP and UDP, and compares what it says and stores with what was sent. Each mutant
 * that is a report is also read with and without the quick check. Stops the collector. Rejects with an error that names the mutant, or the count that differs.
 */
export async function fuzz({seed, indexes, collector}: FuzzOptions): Promise<FuzzOutcome> {
  const books = openBooks(new Map(fuzzedProjects.map(project => [project.project, project])))
  const startMs = nowMs()
  const make = (index: number, lane: number): Mutant => makeMutant(seed, index, lane, startMs)
  const laneOf = (index: number): number => (index % 2 === 0 ? 0 : 1 + (((index - 1) / 2) % senders))
  const lanes = Map.groupBy(indexes, laneOf)
  let datagrams = 0
  await Promise.all(
    [...lanes].map(async ([lane, own]) => {
      if (lane !== 0) await sendPosts(collector, books, own, index => make(index, lane), lane)
      else datagrams = await sendDatagrams(collector, books, own, index => make(index, 0))
    }),
  )
  const peakMegabytes = collector.pid === undefined ? null : peakOf(collector.pid)
  const lost = await assertCounted(collector, books, datagrams)
  await assertAccepting(collector, startMs)
  const answers = await Promise.all(fuzzedProjects.map(({project}) => collector.stats(project)))
  assert.equal(await collector.stop(), 0)
  const stored = answers.map(stats => assertAccount(stats, books.account(stats.project), collector.data, lost))
  if (peakMegabytes !== null) assert.ok(peakMegabytes < mostMegabytes, `${peakMegabytes} MB`)
  return {outcomes: books.outcomes, stored: stored.reduce((sum, events) => sum + events, 0), lost, peakMegabytes}
}

/** The message of one failure: what happened, and the one mutant. */
function blame(index: number, {request, content}: Mutant, error: unknown): Error {
  const shown = JSON.stringify(content.subarray(0, 4_000).toString('latin1'))
  const sent = `${request.line}\n${request.headers.join('\n').slice(0, 1_000)}`
  return new Error(`mutant ${index}: ${error instanceof Error ? error.message : error}\n${sent}\n\n${shown}`)
}

async function sendPosts(
  {http}: ListeningCollector,
  books: Books,
  indexes: readonly number[],
  make: (index: number) => Mutant,
  lane: number,
): Promise<void> {
  const connection = openConnection(http, `10.0.0.${lane}`)
  try {
    for (const index of indexes) {
      const mutant = make(index)
      try {
        assertReadAlike(mutant.content)
        books.notePost(mutant, await connection.send(mutant))
      } catch (error) {
        throw blame(index, mutant, error)
      }
    }
  } finally {
    connection.close()
  }
}

/** Bytes of datagrams that the buffer of a socket holds with certainty, and the number. */
const burst = {bytes: 64 * 1024, datagrams: 40}

/** Sends datagrams in small bursts. Between two of them the collector has time to receive. */
async function sendDatagrams(
  {http, udp}: ListeningCollector,
  books: Books,
  indexes: readonly number[],
  make: (index: number) => Mutant,
): Promise<number> {
  const [host = '', port] = udp.split(/:(?=\d+$)/)
  const socket = createSocket('udp4')
  const pacer = openConnection(http, '10.0.1.1')
  const question = {...wholePost('/', Buffer.alloc(0)), ...asking('/healthz')}
  let [bytes, count] = [0, 0]
  try {
    for (const index of indexes) {
      const {content} = make(index)
      assertReadAlike(content.subarray(1))
      books.noteDatagram(content, nowMs())
      await new Promise((resolve, reject) =>
        socket.send(content, Number(port), host, error => (error === null ? resolve(null) : reject(error))),
      )
      bytes += content.length
      if (++count % burst.datagrams !== 0 && bytes < burst.bytes) continue
      bytes = 0
      await pacer.send(question)
      await wait(1)
    }
  } finally {
    socket.close()
    pacer.close()
  }
  return count
}

const asking = (path: string, headers: readonly string[] = []) => ({
  request: {line: `GET ${path} HTTP/1.1`, headers, body: Buffer.alloc(0)},
})

/** Each datagram is counted: for its project, as unknown, or as lost. Resolves to the number of the lost ones. */
async function assertCounted({stats}: ListeningCollector, books: Books, sent: number): Promise<number> {
  let lost = 0
  await eventually(async () => {
    const answers = await Promise.all(fuzzedProjects.map(({project}) => stats(project)))
    const [{quality}] = answers as [Unfiltered]
    const known = answers.reduce((sum, one) => sum + one.quality.datagrams, 0)
    lost = quality.datagramsLost
    assert.equal(known + quality.datagramsUnknown + lost, sent, 'datagrams: known + unknown + lost')
    if (lost === 0) assert.equal(quality.datagramsUnknown, books.outcomes.get('unknown') ?? 0, 'unknown datagrams')
  })
  return lost
}

/** The collector is ready, and counts a run like any other day. The run is not in the books. */
async function assertAccepting({http, stats}: ListeningCollector, startMs: number): Promise<void> {
  const connection: Connection = openConnection(http, '10.0.2.1')
  const ask = (path: string) => connection.send({...wholePost('/', Buffer.alloc(0)), ...asking(path)})
  await eventually(async () => assert.equal((await ask('/readyz')).status, 200))
  const before = (await stats('parsl')).runs.total
  const report = reportOf([startOf(1, startMs - 1_000), endOf(1, startMs - 500)])
  const {status, body} = await connection.send(wholePost('/v1/reports', Buffer.from(JSON.stringify(report))))
  assert.deepEqual([status, body], [200, '{"accepted":2,"duplicates":0,"rejected":[]}'])
  assert.equal((await stats('parsl')).runs.total, before + 1)
  connection.close()
}

/** Events of the honest report. */
const honest = (project: string): number => (project === 'parsl' ? 2 : 0)

/** Compares the answer about a project and its rows with the account. Returns the number of stored events. */
function assertAccount(stats: Unfiltered, kept: Account, data: string, lost: number): number {
  const {project, quality} = stats
  const stored = readStored(data, project)
  const {duplicates, refused, pending, beyondBudget} = quality
  assert.deepEqual([stored.pending, beyondBudget], [pending, 0], `${project}: pending, beyond the budget`)
  const counted = stored.events + stored.pending - honest(project) + duplicates + refused
  const missing = kept.received - counted
  assert.ok(missing >= 0 && missing <= lost, `${project}: ${kept.received} received, ${counted} counted, ${lost} lost`)
  assert.ok(duplicates >= kept.duplicates && refused >= kept.refused && pending >= kept.pending, project)
  // What old clients send is read by rules of its own, which have tests of their own.
  if (project !== 'mantid' && project !== 'parsl' && lost === 0) assertAnswer(stats, kept, stored.uses)
  return stored.events
}

/** The answer equals the naive count of what was accepted. */
function assertAnswer({project, runs, outcomes, features}: Unfiltered, kept: Account, stored: readonly Uses[]): void {
  const events = [...Map.groupBy(kept.uses.values(), name => name)].map(([name, all]): Uses => [name, all.length])
  const ended = [...kept.ends.values()]
  assert.deepEqual(
    {
      runs: runs.total,
      ok: outcomes.ok,
      events: sorted(stored),
      shown: [...new Set(features.map(({name}) => name))].sort(),
    },
    {
      runs: kept.runs.size,
      ok: ended.filter(isOk => isOk).length,
      events: sorted(events),
      shown: events.map(([name]) => name).sort(),
    },
    project,
  )
}

type Uses = readonly [name: string, events: number]

const sorted = (uses: readonly Uses[]): readonly Uses[] => [...uses].sort(([a], [b]) => (a < b ? -1 : 1))

const peakOf = (pid: number): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
