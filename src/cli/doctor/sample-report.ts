import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {BufferedEvent} from '../../protocol/report/buffered-event.ts'
import {emptyProgramHeader} from '../../protocol/report/header-columns.ts'
import {limits} from '../../protocol/values/limits.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import {type MadeReport, makeReports} from '../../reporter/reports/make-reports.ts'
import {readClient} from '../../reporter/reports/read-client.ts'
import {toTime, type World} from '../../reporter/world/world.ts'

/**
 * Makes a report of a project by the function that makes all reports: a run with every declared feature, up to the limit. Nothing
 * in it is from this machine or its user: its secret is random and is not kept.
 */
export function sampleReport(world: World, project: ProjectFile): MadeReport | null {
  const random = (bytes: number): string => Buffer.from(world.random(bytes)).toString('hex')
  const newId = (): string => makeUuidV7(world.now(), world.random(10))
  const run = newId()
  const local = {host: 'doctor', machineId: random(16), bootId: null, script: 'doctor'}
  const shared = () => ({
    format: 1 as const,
    header: emptyProgramHeader,
    local,
    id: newId(),
    run,
    time: toTime(world.now()),
  })
  const [featureType = 'Feature'] = project.features.types
  const use = {durationSeconds: null, count: 1, internal: false, details: null}
  const events: BufferedEvent[] = [
    {...shared(), type: 'start', repeat: 0, fields: {}},
    ...project.features.names
      .slice(0, limits.maxEventsPerReport - 2)
      .map(name => ({...shared(), ...use, type: 'feature' as const, featureType, name})),
    {...shared(), type: 'end', durationSeconds: 0, exitCode: 0, signal: null, fields: {}},
  ]
  const machine = {...local, os: {name: null, version: null, arch: null, readable: null}}
  const context = {
    project,
    client: readClient(),
    secret: random(32),
    secretMadeAt: null,
    generation: 0,
    machine,
    now: world.now(),
  }
  return makeReports(events, {...context, notBefore: null}).reports[0] ?? null
}
