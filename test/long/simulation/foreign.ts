import {mkdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeUuidV7} from '../../../src/protocol/values/uuid.ts'
import type {DestinationLedger} from './destination-ledger.ts'
import type {Made} from './made.ts'
import type {Invocation} from './person.ts'
import {count, type Universe} from './universe.ts'

type Event = Pick<Made, 'what' | 'values' | 'run'>

/** Another program writes a buffer file by its public format: several events, what is not declared among them. */
export function writeForeign(
  universe: Universe,
  invocation: Invocation,
  ledger: DestinationLedger,
  events: readonly Event[],
): void {
  const {person, host, dice} = invocation
  const header = dice.chance(0.5) ? null : {version: '0.9', os: {name: 'Plan 9'}}
  const made = events.map((event): Made => {
    const own = {version: header?.version ?? null, ci: null, scheduler: null, system: header?.os.name ?? null}
    const id = makeUuidV7(host.now(), dice.bytes(10))
    const times = {madeAtMs: universe.agenda.clock.nowMs, claimedMs: host.now()}
    const place = {host, bootId: host.bootId, clockSettings: host.clockSettings}
    return {id, person, project: ledger.project, ...times, ...place, header: own, ...event}
  })
  // Ids in upper case are the same ids.
  const lines = made.map(one => `${JSON.stringify(lineOf(one, header, dice.chance(0.3)))}\n`)
  mkdirSync(ledger.paths.waiting, {recursive: true})
  writeFileSync(join(ledger.paths.waiting, `${made[0]!.id}.json`), lines.join(''))
  for (const one of made) ledger.made.set(one.id, one)
  universe.fileTimes.stamp(person, host.now())
  ledger.observe()
  count(universe, 'foreign events', made.length)
}

function lineOf(made: Made, header: unknown, isUpperCase: boolean): Record<string, unknown> {
  const {type, ...rest} = made.what
  const {script, ...content} = {script: null, ...rest}
  const values = type === 'feature' ? {details: made.values} : {fields: made.values}
  const local = {host: made.host.name, bootId: made.bootId, script}
  const id = isUpperCase ? made.id.toUpperCase() : made.id
  const time = new Date(made.claimedMs).toISOString()
  return {format: 1, id, type, run: made.run, time, header, local, ...content, ...values}
}

/**
 * A program is killed while it writes, or a disk damages a file that waits: its last line is set aside and counted, the
 * others are sent.
 */
export function damage(universe: Universe, {person, host, dice}: Invocation, ledger: DestinationLedger): void {
  // Of a file, damage is counted once.
  const isSound = (name: string): boolean => !ledger.broken.has(name) && !ledger.drops.has(name, 'damaged')
  const waiting = [...ledger.disk.waiting.keys()].filter(isSound)
  const victim = dice.chance(0.5) && waiting.length > 0 ? dice.pick(waiting) : null
  const name = victim ?? `${makeUuidV7(host.now(), dice.bytes(10))}.json`
  const path = join(ledger.paths.waiting, name)
  const isUnfinished = dice.chance(0.5)
  if (victim !== null && !ledger.isInNew(victim)) return
  mkdirSync(ledger.paths.waiting, {recursive: true})
  const content = victim === null ? '{"format":1,"id":"' : readFileSync(path, 'utf8').slice(0, -dice.between(2, 20))
  writeFileSync(path, isUnfinished ? content : `${content}\u0000\n`)
  utimesSync(path, host.now() / 1000, host.now() / 1000)
  const lost = victim === null ? null : ledger.disk.waiting.get(victim)!.at(-1)!
  ledger.broken.set(name, {isUnfinished, lost})
  universe.fileTimes.stamp(person, host.now())
  ledger.observe()
  count(universe, 'lines damaged')
}
