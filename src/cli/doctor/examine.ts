/**
 * Room `doctor`: what `usage doctor` checks, from this machine to the collector, and what to do about each finding.
 *
 * Everything is read by the functions that record and send: consent, status, proxy, reports, transports. Nothing is written, and
 * the collector stores nothing: the report of the round trip is made up and marked as a trial. Consent is asked first. After
 * an opt-out no socket is opened for the project, unless the endpoint was given on the command line. All checks together
 * end with the caller's signal, name lookup included. Nothing here throws.
 * Read next: `examine-machine.ts`, `examine-project.ts`, `examine-endpoint.ts`, then `read-trial.ts` for the answers.
 */
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {askConsent} from '../../reporter/consent/consent-facts.ts'
import type {Destination} from '../../reporter/destination/destination.ts'
import {findRouter} from '../../reporter/projects/destination-here.ts'
import type {World} from '../../reporter/world/world.ts'
import {examineEndpoint} from './examine-endpoint.ts'
import {examineMachine} from './examine-machine.ts'
import {examineProject} from './examine-project.ts'
import {type Finding, ok, warning} from './finding.ts'
import type {WriteKeyPlace} from './read-trial.ts'

export interface Examination {
  readonly findings: readonly Finding[]
  readonly problems: number
  readonly warnings: number
}

export interface Patients {
  readonly destinations: readonly Destination[]
  /** An endpoint that is checked instead of those of the project files, or null. */
  readonly endpoint: ProjectFile['endpoint'] | null
  /** What was found while the projects were chosen. */
  readonly found: readonly Finding[]
}

/** Checks every link from this machine to the collectors. Writes nothing; ends with the signal. */
export async function examine(world: World, patients: Patients, signal: AbortSignal): Promise<Examination> {
  const {destinations, endpoint, found} = patients
  const isAlone = endpoint !== null && destinations.length === 0
  const ofProjects = await Promise.all(
    destinations.map(destination => examineDestination(world, destination, endpoint, signal)),
  )
  const findings = [
    ...(await examineMachine(world)),
    ...found,
    ...ofProjects.flat(),
    ...(isAlone ? await examineEndpoint(world, {endpoint, project: null, key: noKey, signal}) : []),
    ...(isAlone || destinations.length + found.length > 0 ? [] : [noProject]),
  ]
  const count = (status: Finding['status']) => findings.filter(one => one.status === status).length
  return {findings, problems: count('problem'), warnings: count('warning')}
}

const noKey: WriteKeyPlace = {where: 'your project file', isWithheld: false}

const noProject = warning(
  'project-file',
  'No project is known here.',
  'To write a project file: `usage init`. To check one: `usage doctor --project-file FILE`.',
)

async function examineDestination(
  world: World,
  destination: Destination,
  given: ProjectFile['endpoint'] | null,
  signal: AbortSignal,
): Promise<Finding[]> {
  const {project} = destination
  const endpoint = given ?? project.endpoint
  const mayAsk = given !== null || askConsent(world, destination).allowed
  const key = keyFor(world, destination, endpoint)
  const {writeKey, ...keyless} = project
  const asked = {...keyless, ...(key.isWithheld || writeKey === undefined ? {} : {writeKey}), endpoint}
  const ofEndpoint = mayAsk
    ? await examineEndpoint(world, {endpoint, project: asked, key, signal})
    : [notContacted(project.project)]
  return [...examineProject(world, destination), ...ofEndpoint].map(one => ({...one, project: project.project}))
}

/** A write key is sent to the collector that it is for, and to no other address that was typed. */
function keyFor(world: World, destination: Destination, {http}: ProjectFile['endpoint']): WriteKeyPlace {
  const {project} = destination
  const router = findRouter(world, destination)
  const isOther = http !== null && originOf(http) !== originOf(project.endpoint.http)
  return {
    where: router === null ? 'your project file' : `the site policy ${router}`,
    isWithheld: project.writeKey !== undefined && isOther,
  }
}

const originOf = (address: string | null): string | null => (address === null ? null : new URL(address).origin)

const notContacted = (id: string): Finding =>
  ok(
    'endpoint',
    'The collector was not contacted, because nothing is sent from here.',
    `To check the network all the same: \`usage doctor ${id} --endpoint URL\`.`,
  )
