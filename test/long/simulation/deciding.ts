import assert from 'node:assert/strict'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {optIn, optOut} from '../../../src/reporter/person/decisions.ts'
import {projectOptOutPath, userOptOutPath} from '../../../src/reporter/world/directories.ts'
import type {Host} from './host.ts'
import {type Invocation, type Person, worldOf} from './person.ts'
import {bookNo} from './recording.ts'
import {asProcess, Mortal} from './step.ts'
import {count, type Universe} from './universe.ts'

/** A person says no by the command, for one project or for all: what waits is gone. */
export async function sayNo(universe: Universe, invocation: Invocation, project: string | null): Promise<void> {
  const {person, host} = invocation
  const ledgers = person.usedLedgers(project)
  const waited = ledgers.reduce((sum, ledger) => sum + ledger.countWaiting(), 0)
  const mortal = new Mortal(person, null)
  const outcome = await asProcess(mortal, async () => optOut(worldOf(invocation), project))
  universe.fileTimes.stamp(person, host.now())
  if (project === null) person.hasUserNo = true
  else person.projectNoes.add(project)
  assert.equal(outcome?.dropped, waited, `${person.name}: what opting out says that it dropped`)
  for (const ledger of ledgers) bookNo(ledger, true, mortal.diedAt !== null)
  count(universe, 'opted out by command')
}

/** A person says no by a file, without any command: nothing is removed until somebody looks. */
export function touchNo(universe: Universe, {person}: Invocation, project: string | null): void {
  const path =
    project === null ? userOptOutPath(person.configDirectory) : projectOptOutPath(person.configDirectory, project)
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, '')
  if (project === null) person.hasUserNo = true
  else person.projectNoes.add(project)
  count(universe, 'opted out by file')
}

/** A person says yes by the command, for one project or for all that are known: sending opens, the past stays. */
export async function sayYes(universe: Universe, invocation: Invocation, project: string | null): Promise<void> {
  const {person, host} = invocation
  const ledgers = person.usedLedgers(project)
  const named = new Set(project === null ? ledgers.map(ledger => ledger.project) : [project])
  const now = host.now()
  await optIn(worldOf(invocation), project)
  universe.fileTimes.stamp(person, now)
  const hadNo = new Set([...named].filter(id => person.hasNo(id)))
  for (const id of named) {
    if (hadNo.has(id)) person.barriers.set(id, universe.agenda.clock.nowMs)
    person.yeses.set(id, {notBeforeMs: hadNo.has(id) ? now : (person.yeses.get(id)?.notBeforeMs ?? null)})
  }
  forgetNo(person, project)
  for (const ledger of ledgers) ledger.opened.add(ledger.rememberedVersion())
  for (const ledger of person.ledgers.values()) bookNo(ledger, hadNo.has(ledger.project), false)
  count(universe, 'opted in')
}

function forgetNo(person: Person, project: string | null): void {
  if (project !== null) {
    person.projectNoes.delete(project)
    return
  }
  person.hasUserNo = false
  person.projectNoes.clear()
}

/** An administrator says no for a host, or takes it back. */
export function setSite(universe: Universe, host: Host, isOff: boolean): void {
  const path = join(host.siteDirectory, 'off')
  mkdirSync(host.siteDirectory, {recursive: true})
  if (isOff) writeFileSync(path, 'Not on this machine.\n')
  else rmSync(path, {force: true})
  host.isSiteOff = isOff
  count(universe, isOff ? 'site says no' : 'site says nothing')
}
