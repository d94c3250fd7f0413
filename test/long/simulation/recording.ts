import assert from 'node:assert/strict'
import {collectionVersion, type ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {RecordOutcome} from '../../../src/reporter/record/record.ts'
import {createReporter, type Reporter} from '../../../src/reporter/reporter.ts'
import type {DestinationLedger, OpenRun} from './destination-ledger.ts'
import {declaredValues, isFeatureDeclared, type Made} from './made.ts'
import {expectedNo, type Invocation, isStanding, worldOf} from './person.ts'
import {asProcess, Mortal, withObstacle} from './step.ts'
import {count, type Universe} from './universe.ts'
import {isNoticeGiven, isOpen} from './witness.ts'

/** What a script asks to be recorded. */
export interface Wish {
  readonly what: Made['what']
  readonly values: Made['values']
  /** The run that is named, for `--run`; undefined leaves it to pairing. */
  readonly namedRun?: string | null | undefined
  /** Runs that pairing may find, the nearest first. */
  readonly nearRuns?: readonly (readonly (string | null)[])[]
  /** Whether no other process stands between the script and the command: then it belongs to the newest of its runs. */
  readonly isCalledByScript?: boolean
  readonly version: string | null
  readonly doesDiskRefuse?: boolean
  /** Named steps until the process is killed; null lives. */
  readonly stepsToLive?: number | null
}

interface Recording {
  readonly universe: Universe
  readonly invocation: Invocation
  readonly project: ProjectFile
  readonly ledger: DestinationLedger
  readonly wish: Wish
  readonly run: string | null
  readonly open: OpenRun | null
  readonly claimedMs: number
  readonly mortal: Mortal
}

/** Records one event by the real reporter, checks what it says, and writes into the books. Gives the run, if any. */
export async function record(universe: Universe, invocation: Invocation, asked: Wish, project: ProjectFile) {
  // What a no could not remove from a failing disk it removes when it is met again: not told here.
  const wish = {...asked, doesDiskRefuse: asked.doesDiskRefuse === true && expectedNo(invocation, project) === null}
  const {person, host} = invocation
  const ledger = person.ledger(project)
  const reporter = createReporter({project, version: wish.version, world: worldOf(invocation)})
  showNotice(reporter, invocation, ledger, project)
  const near = nearestRun(wish, invocation, ledger)
  const run = wish.namedRun ?? near
  const mortal = new Mortal(person, wish.stepsToLive ?? null)
  const open = run === null ? null : (ledger.openRuns.get(run) ?? null)
  const recording = {universe, invocation, project, ledger, wish, run, open, claimedMs: host.now(), mortal}
  const due = isNoticeDue(recording)
  const work = async () => call(reporter, recording)
  const process = () => asProcess(mortal, work)
  const outcome = await (wish.doesDiskRefuse ? withObstacle(ledger.paths.waiting, process) : process())
  universe.fileTimes.stamp(person, host.now())
  if (due && mortal.diedAt === null) ledger.opened.add(collectionVersion(project))
  return book(recording, outcome!)
}

/** The open run of the nearest script. Of two, the newer one counts only for what the script itself calls: else neither. */
function nearestRun({nearRuns = [], isCalledByScript}: Wish, invocation: Invocation, {openRuns}: DestinationLedger) {
  for (const [distance, runs] of nearRuns.entries()) {
    const open = runs.filter(run => run !== null && isHere(openRuns.get(run), invocation)) as string[]
    const key = (run: string): string => `${new Date(openRuns.get(run)!.startedClaimedMs).toISOString()} ${run}`
    const [newest, second] = open.sort((a, b) => (key(a) < key(b) ? 1 : -1))
    if (newest !== undefined) return second === undefined || (distance === 0 && isCalledByScript) ? newest : null
  }
  return null
}

const isHere = (open: OpenRun | undefined, {host}: Invocation): boolean =>
  open !== undefined && open.hostName === host.name && open.bootId === host.bootId

/** As the commands do: the notice comes before what is recorded. */
function showNotice(reporter: Reporter, invocation: Invocation, ledger: DestinationLedger, project: ProjectFile): void {
  const version = collectionVersion(project)
  const no = expectedNo(invocation, project)
  const isNews = !isNoticeGiven({invocation, project, ledger}) && !ledger.notices.has(version)
  const wanted = no === null && !isRank(invocation) && isNews
  assert.equal(reporter.notice !== null, wanted, `${ledger.name}: whether the notice is shown`)
  if (!wanted || invocation.dice.chance(0.2)) return
  assert.ok(reporter.noticeShown(), `${ledger.name}: the notice is shown once`)
  const caller = invocation.callers[1]
  ledger.notices.set(version, {shownMs: invocation.host.now(), pid: caller?.pid, startTime: caller?.startTime})
}

/** The first start of another caller, a minute after the notice by the clock of its host. */
function isNoticeDue({wish, invocation, ledger, project}: Recording): boolean {
  if (wish.what.type !== 'start' || wish.doesDiskRefuse || expectedNo(invocation, project) !== null) return false
  const notice = ledger.notices.get(collectionVersion(project))
  if (notice === undefined || isOpen({invocation, project, ledger})) return false
  const caller = invocation.callers[1]
  const isOther = caller?.pid !== notice.pid || caller?.startTime !== notice.startTime
  return isOther && Math.abs(invocation.host.now() - notice.shownMs) >= 60_000 && !isRank(invocation)
}

function call(reporter: Reporter, {wish, claimedMs}: Recording): RecordOutcome {
  const {what, values} = wish
  const run = wish.namedRun ?? null
  switch (what.type) {
    case 'start':
      return reporter.start({script: what.script, fields: values})
    case 'end':
      return reporter.end({run, exitCode: what.exitCode, signal: what.signal, fields: values})
    case 'feature': {
      const {featureType: type, name, durationSeconds, count: times, internal} = what
      const startedAt = durationSeconds === null ? {startedAt: new Date(claimedMs).toISOString()} : {}
      return reporter.feature({type, name, durationSeconds, count: times, internal, run, details: values, ...startedAt})
    }
  }
}

const isRank = ({environment}: Invocation): boolean => (environment['SLURM_PROCID'] ?? '0') !== '0'

function book(recording: Recording, outcome: RecordOutcome): string | null {
  const {universe, invocation, ledger, project, mortal, wish} = recording
  const no = expectedNo(invocation, project) ?? (wish.doesDiskRefuse ? 'state-not-writable' : null)
  count(universe, `recorded: ${outcome.kind}`)
  if (isRank(invocation)) {
    assert.deepEqual(outcome, {kind: 'silent', reason: 'mpi-rank'}, `${ledger.name}: a rank is silent`)
    return null
  }
  if (no !== null) {
    assert.deepEqual(outcome, {kind: 'declined', reason: no}, `${ledger.name}: the rule that says no`)
    bookNo(ledger, isStanding(no), mortal.diedAt !== null)
    return null
  }
  if (mortal.diedAt !== null) count(universe, `killed at ${mortal.diedAt}`)
  const made = outcome.kind === 'recorded' ? makeMade(recording, outcome) : null
  const wanted = wantedKind(recording)
  const said = outcome.kind === 'dropped' ? outcome.reason : outcome.kind
  assert.equal(said, wanted, `${ledger.name}: what became of a ${wish.what.type}`)
  const isOnDisk = mortal.diedAt === null || mortal.reached.includes('buffer: after the event is renamed')
  if (made !== null && isOnDisk) ledger.made.set(made.id, made)
  if (made !== null) bookRun(recording, made)
  const {arrived, gone, dropped} = ledger.observe()
  assert.deepEqual(arrived, made !== null && isOnDisk ? [made.id] : [], `${ledger.name}: what is new in the buffer`)
  assert.equal(gone.length, dropped['quota'] ?? 0, `${ledger.name}: recording removes only what is over the quota`)
  return made?.run ?? null
}

function wantedKind({wish, project}: Recording): string {
  const asMade = {what: wish.what} as Made
  return isFeatureDeclared(asMade, project) ? 'recorded' : 'undeclared-feature'
}

/**
 * A no was met: what waited must be gone and counted, and may never leave. Where a kill or a failing disk came between it
 * may have stayed, until the no is met again.
 */
export function bookNo(ledger: DestinationLedger, isOptOut: boolean, isHindered: boolean): void {
  const before = ledger.waiting()
  if (isOptOut && !isHindered) for (const id of before) ledger.voided.add(id)
  if (isHindered) for (const id of before) ledger.doubtful.add(id)
  const {gone} = ledger.observe()
  if (!isHindered) {
    assert.equal(gone.length, isOptOut ? before.length : 0, `${ledger.name}: what a no removes`)
    if (isOptOut) ledger.openRuns.clear()
    if (isOptOut) ledger.broken.clear()
  }
  for (const run of ledger.openRuns.keys()) if (!ledger.disk.runs.has(run)) ledger.openRuns.delete(run)
}

function makeMade(recording: Recording, outcome: Extract<RecordOutcome, {kind: 'recorded'}>): Made {
  const {invocation, project, wish, open, claimedMs, ledger} = recording
  const {person, host} = invocation
  const own = {
    version: wish.version,
    ci: 'CI' in invocation.environment ? 'github_actions' : null,
    scheduler: 'SLURM_JOB_ID' in invocation.environment ? 'slurm' : null,
    system: 'here',
  } as const
  const isStart = wish.what.type === 'start'
  if (!isStart) assert.equal(outcome.run, recording.run, `${ledger.name}: the run that a ${wish.what.type} belongs to`)
  const made: Made = {
    id: outcome.id,
    person,
    project: project.project,
    run: outcome.run,
    madeAtMs: recording.universe.agenda.clock.nowMs,
    claimedMs: wish.what.type === 'feature' ? claimedMs - (wish.what.durationSeconds ?? 0) * 1000 : claimedMs,
    host,
    bootId: host.bootId,
    clockSettings: host.clockSettings,
    header: isStart ? own : (open?.header ?? own),
    values: wish.values,
    what: wish.what.type === 'end' ? {...wish.what, durationSeconds: trueDuration(recording)} : wish.what,
  }
  return {...made, values: declaredValues(made, project)}
}

/** True time within one boot; else what the clocks say, unless they contradict each other. */
function trueDuration({open, invocation: {host}, universe, claimedMs}: Recording): number | null {
  if (open === null) return null
  const isSameBoot = open.bootId === host.bootId && open.hostName === host.name
  const milliseconds = isSameBoot ? universe.agenda.clock.nowMs - open.startedAtMs : claimedMs - open.startedClaimedMs
  return milliseconds < 0 || milliseconds > 10 * 366 * 86_400_000 ? null : milliseconds / 1000
}

function bookRun({wish, ledger, mortal, claimedMs, invocation: {host}}: Recording, made: Made): void {
  if (made.run === null) return
  if (wish.what.type === 'start') {
    const isOpen_ = mortal.diedAt === null || mortal.reached.includes('run: after the run is open')
    const times = {startedAtMs: made.madeAtMs, startedClaimedMs: claimedMs}
    if (isOpen_)
      ledger.openRuns.set(made.run, {hostName: host.name, bootId: host.bootId, ...times, header: made.header})
  }
  if (wish.what.type === 'end' && mortal.diedAt === null) ledger.openRuns.delete(made.run)
}
