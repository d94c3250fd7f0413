import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../errors.ts'
import type {Consent} from './consent.ts'
import {askConsent} from './consent-facts.ts'
import {type Destination, destinationOf, listFolder, readDestinations} from './destination.ts'
import {projectOptOutPath, userOptOutPath} from './directories.ts'
import {emptyBuffer, isBufferEmpty} from './empty-buffer.ts'
import {makeDirectory, writeFileAtomically} from './files.ts'
import {openNotice} from './notice.ts'
import {listProjects, readRegisteredProject} from './projects.ts'
import {type Answer, readSettings, writeAnswers} from './settings.ts'
import {toTime, type World} from './world.ts'

/** What a person's decision changed. `project` is null where it holds for all. */
export interface OptOutOutcome {
  readonly project: string | null
  /** The file that says no from now on. */
  readonly file: string
  /** Events that waited and are gone. */
  readonly dropped: number
}

export interface OptInOutcome {
  readonly project: string | null
  readonly projects: readonly {readonly project: string; readonly consent: Consent}[]
}

/**
 * Says no, for one project or for all: from the next moment on nothing is recorded or sent, what waits is gone.
 * Sends nothing. The no is a file of its own, so that two of them at once both hold.
 * Throws `USAGE_SETTINGS_UNWRITABLE`.
 */
export function optOut(world: World, project: string | null): OptOutOutcome {
  const file =
    project === null ? userOptOutPath(world.configDirectory) : projectOptOutPath(world.configDirectory, project)
  guardSettings(world, () => writeFileAtomically(file, `Opted out at ${toTime(world.now())}.\n`))
  const destinations = readDestinations(world.stateDirectory).filter(one => isMeant(one, project))
  const dropped = destinations
    .filter(destination => !isBufferEmpty(destination))
    .reduce((sum, destination) => sum + emptyBuffer(world, destination), 0)
  return {project, file, dropped}
}

/**
 * Says yes, for one project or for all that are known here, and opens sending where the notice held it back.
 * After a no, nothing from before this moment ever leaves. Throws `USAGE_SETTINGS_UNWRITABLE`.
 */
export async function optIn(world: World, project: string | null): Promise<OptInOutcome> {
  const known = knownDestinations(world).filter(one => isMeant(one, project))
  const named = project === null ? known.map(one => one.project.project) : [project]
  const before = readSettings(world.configDirectory)
  if (before === null)
    throw new UsageError('USAGE_SETTINGS_UNWRITABLE', `wanted readable settings in ${world.configDirectory}`)
  const now = toTime(world.now())
  const answers = named.map((id): [string, Answer] => {
    const notBefore = hasNo(world, id) ? now : (before.answers[id]?.notBefore ?? null)
    return [id, {yesAt: now, notBefore}]
  })
  try {
    await writeAnswers(world.configDirectory, Object.fromEntries(answers))
  } catch (error) {
    throw unwritable(world, error)
  }
  guardSettings(world, () => removeNoes(world, project))
  for (const destination of known) {
    makeDirectory(destination.directory)
    openNotice(destination)
  }
  return {project, projects: known.map(one => ({project: one.project.project, consent: askConsent(world, one)}))}
}

/** Every destination known here: used before, or registered. */
export function knownDestinations(world: World): Destination[] {
  const used = readDestinations(world.stateDirectory)
  const registered = listProjects(world.configDirectory).flatMap(({id}) => {
    try {
      return [destinationOf(world.stateDirectory, readRegisteredProject(world.configDirectory, id))]
    } catch {
      return []
    }
  })
  const seen = new Set(used.map(one => one.directory))
  return [...used, ...registered.filter(one => !seen.has(one.directory))]
}

const isMeant = (destination: Destination, project: string | null): boolean =>
  project === null || destination.project.project === project

function hasNo(world: World, project: string): boolean {
  const isListed = listFolder(join(world.configDirectory, 'optout.d')).includes(project)
  return isListed || listFolder(world.configDirectory).includes('optout')
}

function removeNoes(world: World, project: string | null): void {
  if (project !== null) {
    rmSync(projectOptOutPath(world.configDirectory, project), {force: true})
    return
  }
  rmSync(userOptOutPath(world.configDirectory), {force: true})
  for (const name of listFolder(join(world.configDirectory, 'optout.d')))
    rmSync(projectOptOutPath(world.configDirectory, name), {force: true})
}

function guardSettings(world: World, write: () => void): void {
  try {
    write()
  } catch (error) {
    throw unwritable(world, error)
  }
}

function unwritable(world: World, error: unknown): UsageError {
  const came = error instanceof Error ? error.message : String(error)
  return new UsageError('USAGE_SETTINGS_UNWRITABLE', `wanted to write ${world.configDirectory}: ${came}`, {
    cause: error,
  })
}
