import assert from 'node:assert/strict'
import {type ProjectFile, parseProjectFile} from '../../../src/protocol/project/project-file.ts'
import {mustWait, readNextTry} from '../../../src/reporter/destination/next-try.ts'
import {readStatus} from '../../../src/reporter/person/status.ts'
import {readJson} from '../../../src/reporter/world/files.ts'
import type {DestinationLedger} from './destination-ledger.ts'
import {expectedNo, type Invocation, worldOf} from './person.ts'
import {flush} from './sending.ts'
import {count, type Universe} from './universe.ts'
import {isOpen} from './witness.ts'

/** The project file that a sender in the background finds beside the events. */
export function rememberedProject(ledger: DestinationLedger): ProjectFile | null {
  const parsed = parseProjectFile(readJson(ledger.paths.project))
  return parsed.ok ? parsed.value : null
}

/** After an event, a sender in the background: most often, and only when nothing says to wait. */
export async function sendIfDue(
  universe: Universe,
  invocation: Invocation,
  projectId: string,
  after: 'start' | 'end' | 'feature',
): Promise<void> {
  const {dice} = invocation
  if (after === 'feature' ? dice.chance(0.8) : dice.chance(0.3)) return
  const ledger = invocation.person.ledger(invocation.person.projectFile(projectId))
  const project = rememberedProject(ledger)
  if (project === null) return
  const world = worldOf(invocation)
  const isHeld = expectedNo(invocation, project) !== null || !isOpen({invocation, project, ledger})
  if (ledger.disk.waiting.size === 0 || isHeld || mustWait(world, readNextTry(ledger.paths.nextTry))) return
  await flushWithTrouble(universe, invocation, project)
}

/** A sender to which anything may happen. */
export async function flushWithTrouble(
  universe: Universe,
  invocation: Invocation,
  project: ProjectFile,
): Promise<void> {
  const {dice} = invocation
  await flush(universe, {...invocation, dice: dice.fork()}, project, {
    trouble: 0.12,
    stepsToLive: dice.chance(0.06) ? dice.below(30) : null,
    obstacle: dice.chance(0.02) ? dice.pick(['sent', 'drops', 'refused'] as const) : null,
  })
  if (dice.chance(0.3)) checkStatus(universe, invocation, invocation.person.ledger(project), project)
}

/** What `status` says is what the books say. */
export function checkStatus(
  universe: Universe,
  invocation: Invocation,
  ledger: DestinationLedger,
  project: ProjectFile,
): void {
  const {person} = invocation
  const status = readStatus(worldOf(invocation), person.destination(project), {allEvents: false})
  const no = expectedNo(invocation, project)
  const about = `${ledger.name}: status`
  assert.equal(status.consent.reason, no ?? 'allowed', about)
  assert.equal(status.consent.sending, no === null && isOpen({invocation, project, ledger}), about)
  assert.equal(status.waiting.events, ledger.countReadable(invocation.host.now()), `${about}: what waits`)
  const dropped = Object.fromEntries(Object.entries(status.dropped).filter(([, one]) => one > 0))
  assert.deepEqual(dropped, ledger.drops.totals, `${about}: what was dropped`)
  assert.equal(status.refused.events, ledger.refused.size, `${about}: what was refused`)
  assert.equal(status.sent.events, ledger.countLogged(), `${about}: what was sent`)
  assert.deepEqual(status.openRuns, ledger.openRuns.size, `${about}: open runs`)
  if (!ledger.wasDisturbed) {
    assert.equal(status.lastError !== null, ledger.isFailing, `${about}: the last error`)
    assert.equal(status.nextTryAt !== null, ledger.isFailing, `${about}: the next try`)
  }
  count(universe, 'status checked')
}
