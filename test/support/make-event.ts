import type {BufferedEvent} from '../../src/protocol/report/buffered-event.ts'
import {emptyProgramHeader} from '../../src/protocol/report/header-columns.ts'
import {makeUuidV7} from '../../src/protocol/values/uuid.ts'
import {writeEvents} from '../../src/reporter/destination/buffer.ts'
import type {Destination} from '../../src/reporter/destination/destination.ts'
import {toTime, type World} from '../../src/reporter/world/world.ts'

type Of<Type extends BufferedEvent['type']> = Extract<BufferedEvent, {type: Type}>

const header = {
  ...emptyProgramHeader,
  application: 'demo',
  version: '1.2.3',
  os: {name: 'Linux', version: '6.1', arch: 'x64', readable: 'Debian GNU/Linux 12 (bookworm)'},
}

function shared(world: World) {
  const local = {host: world.hostName, machineId: null, bootId: world.processes().bootId, script: null}
  return {format: 1 as const, id: newId(world), time: toTime(world.now()), header, local}
}

export const newId = (world: World): string => makeUuidV7(world.now(), world.random(10))

export function makeStart(world: World, changes: Partial<Of<'start'>> = {}): Of<'start'> {
  return {...shared(world), type: 'start', run: newId(world), repeat: 0, fields: {}, ...changes}
}

export function makeEnd(world: World, changes: Partial<Of<'end'>> = {}): Of<'end'> {
  const outcome = {durationSeconds: 1.5, exitCode: 0, signal: null}
  return {...shared(world), type: 'end', run: newId(world), ...outcome, fields: {}, ...changes}
}

export function makeFeature(world: World, changes: Partial<Of<'feature'>> = {}): Of<'feature'> {
  return {
    ...shared(world),
    type: 'feature',
    run: null,
    featureType: 'Algorithm',
    name: 'Load.v1',
    durationSeconds: null,
    count: 1,
    internal: false,
    details: null,
    ...changes,
  }
}

/** Writes `count` starts into the buffer, one file each, and returns their ids. */
export function putStarts(world: World, destination: Destination, count: number): string[] {
  return Array.from({length: count}, () => {
    const event = makeStart(world)
    writeEvents(destination.paths, [event])
    return event.id
  })
}
