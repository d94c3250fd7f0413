import {accessSync, constants, rmSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {projectIdPattern} from '../../protocol/values/scalars.ts'
import type {Consent} from '../consent/consent.ts'
import {askConsent, askForAll} from '../consent/consent-facts.ts'
import {openNotice} from '../consent/notice.ts'
import {type Answer, readSettings, writeAnswer} from '../consent/settings.ts'
import {
  type Destination,
  type DestinationPaths,
  listDestinationFolders,
  listFolder,
} from '../destination/destination.ts'
import {emptyBuffer, isBufferEmpty} from '../destination/empty-buffer.ts'
import {knownDestinations, knownIds, knownVersions} from '../projects/known-destinations.ts'
import {projectOptOutPath, userOptOutPath} from '../world/directories.ts'
import {makeDirectory, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {requireFolders} from './require-folders.ts'

/** What a person's decision changed. `project` is null where it holds for all. */
export interface OptOutOutcome {
  readonly project: string | null
  /** The file that says no from now on. */
  readonly file: string
  /** Events that waited and are gone. */
  readonly dropped: number
  /** Folders that could not be emptied, because they belong to somebody else: what is in them does not leave either. */
  readonly leftIn: readonly string[]
  /** The ids of the projects known here, if the given one is not among them, else null. The opt-out holds all the same. */
  readonly onlyKnown: readonly string[] | null
}

export interface OptInOutcome {
  readonly project: string | null
  /** The person's no to every project where it stands still: a yes to one project does not undo it. */
  readonly noToAll: string | null
  /** The consent rules that hold for every project, known here or not. */
  readonly machine: Consent
  readonly projects: readonly {readonly project: string; readonly consent: Consent}[]
  /** As for an opt-out. */
  readonly onlyKnown: readonly string[] | null
}

/**
 * Says no, for one project or for all: from the next moment on nothing is recorded or sent, what waits is gone.
 * Sends nothing. The no is a file of its own, so that two of them at once both hold.
 * Throws `USAGE_SETTINGS_UNWRITABLE` and `USAGE_VARIABLE_INVALID`.
 */
export function optOut(world: World, project: string | null, present: ProjectFile | null = null): OptOutOutcome {
  requireFolders(world, 'settings')
  const file =
    project === null ? userOptOutPath(world.configDirectory) : projectOptOutPath(world.configDirectory, project)
  guardSettings(world, () => writeFileAtomically(file, `Opted out at ${toTime(world.now())}.\n`))
  const {dropped, leftIn} = emptyFolders(world, one => project === null || one === project)
  return {project, file, dropped, leftIn, onlyKnown: onlyKnown(world, project, present)}
}

/**
 * Says yes, for one project or for all that are known here, and opens sending where the notice held it back.
 * After a no, nothing from before this moment ever leaves. `present` is a project that is known by its file alone.
 * An id that is not known here is kept all the same: a project that asks first is not known before it has an opt-in.
 * Throws `USAGE_SETTINGS_UNWRITABLE`.
 */
export async function optIn(
  world: World,
  project: string | null,
  present: ProjectFile | null = null,
): Promise<OptInOutcome> {
  requireFolders(world)
  const known = knownDestinations(world, present).filter(one => isMeant(one, project))
  const ids = project === null ? known.map(one => one.project.project) : [project]
  // The noes are looked at first: where another yes has just removed one, its answer is there to be read.
  const refused = new Set(ids.filter(id => hasNo(world, id)))
  const answers = ids.map(id => ({id, answer: makeAnswer(world, id, refused.has(id))}))
  try {
    for (const {id, answer} of answers) await writeAnswer(world.configDirectory, id, answer)
  } catch (error) {
    throw unwritable(world, error)
  }
  // The time alone does not keep the past here: it may bear the time of another host, or of a clock that was set since.
  emptyFolders(world, one => refused.has(one))
  guardSettings(world, () => removeNoes(world, project))
  // The yes is to what is collected now, too: the project file may have changed since it was used last.
  const versions = knownVersions(world, present).filter(one => isMeant(one, project))
  for (const destination of versions) {
    makeDirectory(destination.directory)
    openNotice(destination)
  }
  const noToAll = listFolder(world.configDirectory).includes('optout') ? userOptOutPath(world.configDirectory) : null
  return {
    project,
    noToAll,
    machine: askForAll(world),
    projects: known.map(one => ({project: one.project.project, consent: askConsent(world, one)})),
    onlyKnown: onlyKnown(world, project, present),
  }
}

/** The ids of the projects with an opt-out of their own, known here or not. */
export const readOptOuts = ({configDirectory}: World): readonly string[] =>
  listFolder(dirname(projectOptOutPath(configDirectory, 'any'))).filter(name => projectIdPattern.test(name))

/** The ids that are known here, if the given one is not among them, else null. */
function onlyKnown(world: World, project: string | null, present: ProjectFile | null): readonly string[] | null {
  const known = knownIds(world, present)
  return project === null || known.includes(project) ? null : known
}

/** The yes that a person says now, after a no or not. Throws `USAGE_SETTINGS_UNREADABLE`. */
function makeAnswer({configDirectory, now}: World, project: string, isAfterNo: boolean): Answer {
  const before = readSettings(configDirectory, project)
  if (before === null)
    throw new UsageError('USAGE_SETTINGS_UNREADABLE', `cannot read the settings in ${configDirectory}`)
  const yesAt = toTime(now())
  return {yesAt, notBefore: isAfterNo ? yesAt : (before.answer?.notBefore ?? null)}
}

/** Drops what waits in the folders of some projects. `leftIn`: folders that are somebody else's and could not be emptied. */
function emptyFolders(world: World, isMeantProject: (project: string) => boolean) {
  let dropped = 0
  const leftIn: string[] = []
  for (const folder of listDestinationFolders(world.stateDirectory)) {
    if (!isMeantProject(folder.project)) continue
    try {
      requireReadable(folder.paths)
      if (!isBufferEmpty(folder)) dropped += emptyBuffer(world, folder)
    } catch {
      leftIn.push(folder.directory)
    }
  }
  return {dropped, leftIn}
}

/** A folder that cannot be read looks empty. Throws when one that is there cannot be. */
function requireReadable(paths: DestinationPaths): void {
  for (const folder of [paths.waiting, paths.sending, paths.runs])
    if (statSync(folder, {throwIfNoEntry: false}) !== undefined) accessSync(folder, constants.R_OK | constants.W_OK)
}

const isMeant = (destination: Destination, project: string | null): boolean =>
  project === null || destination.project.project === project

const hasNoOf = (world: World, project: string): boolean =>
  listFolder(join(world.configDirectory, 'optout.d')).includes(project)

const hasNo = (world: World, project: string): boolean =>
  hasNoOf(world, project) || listFolder(world.configDirectory).includes('optout')

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
  return new UsageError('USAGE_SETTINGS_UNWRITABLE', `cannot write ${world.configDirectory}: ${came}`, {
    cause: error,
  })
}
