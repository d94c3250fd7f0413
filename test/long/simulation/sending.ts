import assert from 'node:assert/strict'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {readSettings} from '../../../src/reporter/consent/settings.ts'
import {readSecret} from '../../../src/reporter/identity/secret.ts'
import {type DeliverNow, flushDestinations} from '../../../src/reporter/person/flush.ts'
import {readClient} from '../../../src/reporter/reports/read-client.ts'
import {deliver} from '../../../src/reporter/sender/deliver.ts'
import {isLockHeld} from '../../../src/reporter/sender/sender-lock.ts'
import {hasEntries} from '../../../src/reporter/world/files.ts'
import {readOperatingSystem} from '../../../src/reporter/world/operating-system.ts'
import type {World} from '../../../src/reporter/world/world.ts'
import type {DestinationLedger} from './destination-ledger.ts'
import {type Forecast, forecast} from './forecast.ts'
import type {Sending} from './network.ts'
import {expectedNo, type Invocation, isStanding, worldOf} from './person.ts'
import {bookNo} from './recording.ts'
import {asProcess, Mortal, withObstacle} from './step.ts'
import {count, type Universe} from './universe.ts'
import {isOpen} from './witness.ts'

export interface SendingOptions {
  readonly trouble: number
  readonly stepsToLive?: number | null
  /** A folder of the destination that cannot be written meanwhile. */
  readonly obstacle?: 'sent' | 'drops' | 'refused' | null
  readonly meanwhile?: (() => Promise<void>) | null
}

type Flushed = Awaited<ReturnType<typeof flushDestinations>>['projects'][number]

/** The real sender, on a simulated machine: only what is read of the machine itself is given instead. */
const deliverIn =
  (sending: Sending, transport: ReturnType<Universe['network']['transport']>): DeliverNow =>
  (world, destination, token) => {
    sending.didDeliver = true
    return deliver(
      {
        world,
        destination,
        transport,
        client: readClient(),
        signal: sending.controller.signal,
        readContext: async () => readContext(world, sending),
      },
      token,
    )
  }

/** Sends what waits for one destination, checks every number that comes back, and writes into the books. */
export async function flush(universe: Universe, invocation: Invocation, project: ProjectFile, options: SendingOptions) {
  const {person, host} = invocation
  const ledger = person.ledger(project)
  const mortal = new Mortal(person, options.stepsToLive ?? null)
  let isOverlapped = false
  const {meanwhile} = options
  const happen = async () => {
    isOverlapped = true
    ledger.observe()
    for (const id of ledger.waiting()) ledger.doubtful.add(id)
    await meanwhile?.()
  }
  const sending: Sending = {
    ...{invocation, project, ledger, mortal, posts: [], controller: new AbortController()},
    ...{didDeliver: false, finding: null, trouble: options.trouble, meanwhile: meanwhile ? happen : null},
  }
  const no = expectedNo(invocation, project)
  const before = ledger.waiting()
  const waited = {all: ledger.countWaiting(), readable: ledger.countReadable(host.now())}
  const foreseen = forecast(ledger, person, project, host.now())
  const world = worldOf(invocation)
  const deliverNow = deliverIn(sending, universe.network.transport(sending))
  // Nothing here takes time but a lock that another sender holds: for that a moment is enough.
  const waitSeconds = isLockHeld(world, person.destination(project).paths.lock) ? 0.2 : 30
  const work = () => flushDestinations(world, [person.destination(project)], {deliver: deliverNow, waitSeconds})
  const process = () => asProcess(mortal, work)
  const outcome = await (options.obstacle ? withObstacle(ledger.paths[options.obstacle], process) : process())
  if (sending.finding !== null) throw sending.finding
  universe.fileTimes.stamp(person, host.now())
  const flushed = outcome?.projects[0] ?? null
  const isWhole = flushed !== null && mortal.diedAt === null && !isOverlapped && !options.obstacle
  if (!isWhole) for (const id of [...before, ...ledger.waiting()]) ledger.doubtful.add(id)
  count(universe, isWhole ? `flushed: ${flushed.reason ?? 'sent'}` : `flush ended: ${mortal.diedAt ?? 'otherwise'}`)
  if (no !== null) bookNo(ledger, isStanding(no), mortal.diedAt !== null || Boolean(options.obstacle))
  else if (isWhole) checkFlush({universe, sending, ledger, flushed, foreseen})
  else ledger.observe()
  if (no !== null && isWhole) checkRefusal(ledger, flushed, no, waited)
  forgetRuns(ledger, host.now(), isStanding(expectedNo(invocation, project)))
  bookFailure(ledger, sending)
  ledger.wasDisturbed = isWhole ? ledger.wasDisturbed && sending.posts.length === 0 : true
  return flushed
}

/** What `readSendContext` reads, but for the machine's id, which is the simulated host's and starts no process. */
function readContext(world: World, {project, invocation: {host}}: Sending) {
  const {hostName, stateDirectory, configDirectory, random} = world
  return {
    secret: readSecret(stateDirectory, random),
    secretMadeAt: 0,
    generation: 0,
    machine: {host: hostName, bootId: host.bootId, machineId: host.machineId, os: readOperatingSystem()},
    notBefore: readSettings(configDirectory, project.project)?.answer?.notBefore ?? null,
  }
}

interface Checking {
  readonly universe: Universe
  readonly sending: Sending
  readonly ledger: DestinationLedger
  readonly flushed: Flushed
  readonly foreseen: Forecast
}

function checkRefusal(
  ledger: DestinationLedger,
  flushed: Flushed,
  no: string,
  waited: {all: number; readable: number},
): void {
  const dropped = isStanding(no) ? waited.all : 0
  const kept = isStanding(no) ? 0 : waited.readable
  const said = {sent: flushed.sent, dropped: flushed.dropped, kept: flushed.kept, reason: flushed.reason}
  assert.deepEqual(said, {sent: 0, dropped, kept, reason: no}, `${ledger.name}: a flush after a no`)
}

/** A flush that nothing disturbed says exactly what happened. */
function checkFlush(checking: Checking): void {
  const {ledger, flushed, foreseen, sending} = checking
  const moved = ledger.observe()
  const isIdle = !sending.didDeliver || !isOpen(sending)
  const told = tell(sending)
  const {'undeclared-field': _fields, ...drops} = moved.dropped
  const foreseenDrops = isIdle ? {} : foreseen.drops
  const uncounted = Object.entries(foreseenDrops)
    .map(([reason, count]) => [reason, count - (foreseen.known[reason] ?? 0)] as const)
    .filter(([, count]) => count > 0)
  assert.deepEqual(drops, Object.fromEntries(uncounted), `${ledger.name}: what a sender drops, by reason`)
  for (const id of told.posted) assert.ok(foreseen.sendable.has(id), `${ledger.name}: ${id} should not have been sent`)
  if (!isIdle && told.reason === null)
    assert.deepEqual(
      [...told.posted].sort(),
      [...foreseen.sendable].sort(),
      `${ledger.name}: what a sender sends (${flushed.reason})`,
    )
  const expected = {
    sent: told.sent.length,
    duplicates: told.duplicates,
    refused: told.refused.length,
    dropped: Object.values(foreseenDrops).reduce((sum, one) => sum + one, 0),
    kept: ledger.countReadable(sending.invocation.host.now()),
    reason: isIdle ? flushed.reason : (told.reason ?? claimedElsewhere(ledger, sending.invocation.host.now())),
  }
  const {sent, duplicates, refused, dropped, kept: left, reason} = flushed
  assert.deepEqual({sent, duplicates, refused, dropped, kept: left, reason}, expected, `${ledger.name}: a flush`)
  assert.equal(flushed.nextTryAt !== null, told.reason !== null, `${ledger.name}: the next try after a flush`)
  const same = (one: Iterable<string>, other: Iterable<string>, what: string): void =>
    assert.deepEqual([...new Set(one)].sort(), [...new Set(other)].sort(), `${ledger.name}: ${what}`)
  same(moved.confirmed, told.sent, 'the log of what was sent')
  same(
    told.refused,
    told.refused.filter(id => ledger.refused.has(id)),
    'what was refused',
  )
}

/** What a killed sender has claimed stays with it for a minute. */
const claimedElsewhere = (ledger: DestinationLedger, nowMs: number): string | null =>
  ledger.countReadable(nowMs) > 0 && hasEntries(ledger.paths.sending, 1) ? 'busy-here' : null

/** What the network told the sender, in the order of its posts. */
function tell({posts}: Sending) {
  const posted: string[] = []
  const sent: string[] = []
  const refused: string[] = []
  let duplicates = 0
  let reason: string | null = null
  for (const {ids, result} of posts) {
    posted.push(...ids)
    if (result?.kind === 'kept') reason = result.reason
    if (result?.kind === 'refused' || (result?.kind === 'too-large' && ids.length === 1)) refused.push(...ids)
    if (result?.kind !== 'answered') continue
    const rejected = new Set(result.answer.rejected.map(({index}) => index))
    duplicates += result.answer.duplicates
    for (const [index, id] of ids.entries()) (rejected.has(index) ? refused : sent).push(id)
  }
  return {posted: new Set(posted), sent, refused, duplicates, reason}
}

function bookFailure(ledger: DestinationLedger, {posts, mortal}: Sending): void {
  if (mortal.diedAt !== null) return
  for (const {ids, result} of posts) {
    if (result?.kind === 'kept') ledger.isFailing = true
    else if (result !== null && !(result.kind === 'too-large' && ids.length > 1)) ledger.isFailing = false
  }
}

/** Runs that began thirty days ago, by the clock of the sender, are no longer open; a no closes all, sending no other. */
function forgetRuns(ledger: DestinationLedger, nowMs: number, isNo: boolean): void {
  for (const [run, {startedClaimedMs}] of ledger.openRuns) {
    if (ledger.disk.runs.has(run)) continue
    const isOld = startedClaimedMs < nowMs - 30 * 86_400_000
    assert.ok(isOld || isNo, `${ledger.name}: the run ${run} was closed by sending`)
    ledger.openRuns.delete(run)
  }
}
