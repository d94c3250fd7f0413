import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {collectionVersion, type ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {type Destination, destinationOf} from '../../../src/reporter/destination/destination.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'
import type {Caller} from '../../../src/reporter/world/processes.ts'
import type {World} from '../../../src/reporter/world/world.ts'
import {DestinationLedger} from './destination-ledger.ts'
import type {Dice} from './dice.ts'
import type {Host} from './host.ts'
import {published} from './projects.ts'

/** Where and how one process of a person runs. */
export interface Invocation {
  readonly person: Person
  readonly host: Host
  readonly environment: Environment
  /** Itself, its parent, … */
  readonly callers: readonly Caller[]
  readonly dice: Dice
}

/** A person with a home, or a CI container with one: its folders, and what is true of its decisions. */
export class Person {
  readonly name: string
  readonly home: string
  readonly hosts: readonly Host[]
  readonly isCi: boolean
  /** Which published project file the person has installed. */
  readonly installed = new Map<string, number>()
  readonly ledgers = new Map<string, DestinationLedger>()
  hasUserNo = false
  readonly projectNoes = new Set<string>()
  /** Projects that the person said yes to, with the time before which nothing may leave, by the clock of that host. */
  readonly yeses = new Map<string, {readonly notBeforeMs: number | null}>()
  /** True time before which nothing of a project may leave: a yes that followed a no. */
  readonly barriers = new Map<string, number>()

  constructor(parts: {name: string; root: string; hosts: readonly Host[]; isCi: boolean}) {
    this.name = parts.name
    this.home = join(parts.root, 'homes', parts.name)
    this.hosts = parts.hosts
    this.isCi = parts.isCi
  }

  get stateDirectory(): string {
    return join(this.home, 'state')
  }

  get configDirectory(): string {
    return join(this.home, 'config')
  }

  projectFile(project: string): ProjectFile {
    return published[project]![this.installed.get(project) ?? 0]!
  }

  destination(project: ProjectFile): Destination {
    return destinationOf(this.stateDirectory, project)
  }

  /** The books on one destination. */
  ledger(project: ProjectFile): DestinationLedger {
    const destination = this.destination(project)
    const known = this.ledgers.get(destination.directory)
    if (known !== undefined) return known
    const ledger = new DestinationLedger(this.name, destination)
    this.ledgers.set(destination.directory, ledger)
    return ledger
  }

  /** Destinations that the state folder knows, of one project or of all. */
  usedLedgers(project: string | null): DestinationLedger[] {
    const ledgers = [...this.ledgers.values()].filter(({paths}) => existsSync(paths.project))
    return ledgers.filter(ledger => project === null || ledger.project === project)
  }

  hasNo(project: string): boolean {
    return this.hasUserNo || this.projectNoes.has(project)
  }
}

/** The world as one process of a person sees it. */
export function worldOf({person, host, environment, callers, dice}: Invocation): World {
  const place = {bootId: host.bootId, pidNamespace: 'pid:[4026531836]', callers}
  return {
    environment,
    stateDirectory: person.stateDirectory,
    configDirectory: person.configDirectory,
    lostFolders: [],
    siteDirectory: host.siteDirectory,
    hostName: host.name,
    now: () => host.now(),
    monotonicSeconds: () => host.monotonicSeconds(),
    random: count => dice.bytes(count),
    processes: () => place,
    isShell: () => true,
    machineId: () => host.machineId,
  }
}

/** The rule that says no to a process now, or null: the contract's rules in their order, told again naively. */
export function expectedNo({person, host, environment}: Invocation, project: ProjectFile): string | null {
  if (host.isSiteOff) return 'site-policy'
  if (environment['DO_NOT_TRACK'] === '1') return 'do-not-track'
  if (environment['USAGE_TRACKING'] === 'off') return 'usage-tracking'
  if (project.environmentVariable !== undefined && environment[project.environmentVariable] === 'no')
    return 'project-variable'
  if (person.hasUserNo) return 'user-opt-out'
  if (person.projectNoes.has(project.project)) return 'project-opt-out'
  if (project.ci === 'off' && 'CI' in environment) return 'ci'
  if (project.consent === 'opt-in' && !person.yeses.has(project.project) && !hasJobYes(environment, project))
    return 'not-opted-in'
  return null
}

/** The yes that an image or a job carries, for one version of what is collected. */
export const jobYes = (project: ProjectFile): string => `${project.project}@${collectionVersion(project)}`
export const hasJobYes = (environment: Environment, project: ProjectFile): boolean =>
  environment['USAGE_CONSENT'] === jobYes(project)

/** Noes of a person or an administrator: what waits has to go. */
export const isStanding = (reason: string | null): boolean =>
  reason !== null && !['ci', 'not-opted-in', 'state-not-writable'].includes(reason)
