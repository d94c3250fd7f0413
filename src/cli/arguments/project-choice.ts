import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import {type Destination, listUnreadableFolders} from '../../reporter/destination/destination.ts'
import {destinationHere} from '../../reporter/projects/destination-here.ts'
import {knownDestinations} from '../../reporter/projects/known-destinations.ts'
import {
  listProjects,
  readProjectFile,
  readRegisteredProject,
  readRegisteredProjects,
} from '../../reporter/projects/projects.ts'
import type {World} from '../../reporter/world/world.ts'
import {absolutePath} from './paths.ts'

export interface ProjectFlags {
  readonly 'project-file'?: string | undefined
  readonly project?: string | undefined
}

/**
 * Finds the project of a command: `--project-file`, `USAGE_PROJECT_FILE`, `--project`, `USAGE_PROJECT`. The working
 * directory is ignored. Throws `USAGE_NO_PROJECT` or the error of the file.
 */
export function chooseProject(world: World, flags: ProjectFlags): ProjectFile {
  const project = chooseProjectIfNamed(world, flags)
  if (project === null) throw noProject()
  return project
}

/** A project file in this folder or above is named, because it looks as if it would be used. */
function noProject(): UsageError {
  const nearest = findProjectFile()
  if (nearest === null) return new UsageError('USAGE_NO_PROJECT', 'no project given')
  const path = toPlainText(nearest)
  return new UsageError('USAGE_NO_PROJECT', `no project given; ${path} is used only if it is named`, {
    next: `Use --project-file ${path}, or set USAGE_PROJECT_FILE to it.`,
  })
}

/** The same, but null if no project was given. */
export function chooseProjectIfNamed(world: World, flags: ProjectFlags): ProjectFile | null {
  const file = flags['project-file'] || world.environment['USAGE_PROJECT_FILE']
  if (file) return readProjectFile(resolve(file))
  const id = flags.project || world.environment['USAGE_PROJECT']
  return id ? readRegisteredProject(world.configDirectory, id) : null
}

/**
 * The projects to explain: the one that was given, else that of `usage.project.json` in the working directory or the
 * nearest folder above, else all that are known here. A project that is known, but not registered, can be named too.
 * Throws USAGE_NO_PROJECT if there is none.
 */
export function chooseProjectsToRead(world: World, flags: ProjectFlags): ProjectFile[] {
  const known = knownDestinations(world).map(({project}) => project)
  const id = namedId(world, flags)
  const isRegistered = listProjects(world.configDirectory).some(one => one.id === id)
  const used = isRegistered ? undefined : known.find(({project}) => project === id)
  if (used !== undefined) return [used]
  const named = chooseForPerson(world, flags)
  if (named !== null) return [named]
  const nearest = findProjectFile()
  if (nearest !== null) return [readProjectFile(nearest)]
  if (known.length > 0) return [...new Map(known.map(project => [project.project, project])).values()]
  throw new UsageError(
    'USAGE_NO_PROJECT',
    `no project given, none known here, and no ${projectFileName} in this folder or above`,
  )
}

const projectFileName = 'usage.project.json'

/** The path of `usage.project.json` in the working directory or the nearest folder above, or null. */
export function findProjectFile(): string | null {
  for (let folder = absolutePath('.'); folder !== null; folder = dirname(folder)) {
    const path = join(folder, projectFileName)
    if (existsSync(path)) return path
    if (folder === dirname(folder)) return null
  }
  return null
}

/**
 * Finds the destinations of a command: those of the given project, else all that are known here. A project has several
 * if its endpoint has changed or two versions of it are in use.
 */
export function chooseDestinations(world: World, flags: ProjectFlags): Destination[] {
  const known = knownDestinations(world)
  const id = namedId(world, flags)
  if (id !== null && known.some(one => one.project.project === id))
    return known.filter(one => one.project.project === id)
  const project = chooseForPerson(world, flags)
  if (project === null) return known
  const chosen = destinationHere(world, project)
  const others = known.filter(one => one.project.project === project.project && one.directory !== chosen.directory)
  return [chosen, ...others]
}

/** The project files that a command means as they are written, whatever the site decides: the named one, else all registered. */
export function chooseProjectFiles(world: World, flags: ProjectFlags): ProjectFile[] {
  const id = namedId(world, flags)
  const registered = readRegisteredProjects(world.configDirectory)
  if (id !== null) return registered.filter(one => one.project === id)
  const project = chooseProjectIfNamed(world, flags)
  return project === null ? registered : [project]
}

/** The same, and the folders whose project file cannot be read, because something may have been sent from them. */
export function chooseAll(world: World, flags: ProjectFlags): {destinations: Destination[]; unreadable: string[]} {
  const id = namedId(world, flags)
  const ofId = listUnreadableFolders(world.stateDirectory, [], id)
  const isUnknown = id !== null && !knownDestinations(world).some(one => one.project.project === id)
  if (isUnknown && ofId.length > 0) return {destinations: [], unreadable: ofId}
  const destinations = chooseDestinations(world, flags)
  const project = id ?? chooseProjectIfNamed(world, flags)?.project ?? null
  return {destinations, unreadable: listUnreadableFolders(world.stateDirectory, destinations, project)}
}

/**
 * Finds the destinations of a command that shows or sends what they contain, and the folders of which it knows nothing.
 * Throws USAGE_STATE_UNREADABLE if there are only such folders.
 */
export function chooseReadable(world: World, flags: ProjectFlags): ReturnType<typeof chooseAll> {
  const chosen = chooseAll(world, flags)
  const {destinations, unreadable} = chosen
  const isNothing = destinations.every(({directory}) => !existsSync(directory))
  if (unreadable.length > 0 && isNothing)
    throw new UsageError('USAGE_STATE_UNREADABLE', `cannot read ${unreadable.map(toPlainText).join(', ')}`)
  return chosen
}

/** Whether a project was given by a flag or a variable. */
export const namesProject = ({environment}: World, flags: ProjectFlags): boolean =>
  [flags['project-file'], environment['USAGE_PROJECT_FILE'], flags.project, environment['USAGE_PROJECT']].some(Boolean)

/** The project that a person named. An id on the command line goes before USAGE_PROJECT_FILE, which may be of other software. */
function chooseForPerson(world: World, flags: ProjectFlags): ProjectFile | null {
  const id = namedId(world, flags)
  return id === null ? chooseProjectIfNamed(world, flags) : readRegisteredProject(world.configDirectory, id)
}

/** An id that was given without a file of that project. It may be known here without being registered. */
function namedId({environment}: World, flags: ProjectFlags): string | null {
  const file = environment['USAGE_PROJECT_FILE']
  if (flags['project-file'] || (file && (!flags.project || idIn(file) === flags.project))) return null
  return flags.project || environment['USAGE_PROJECT'] || null
}

/** The id in a project file, or null for a file that is missing or invalid. */
function idIn(file: string): string | null {
  try {
    return readProjectFile(resolve(file)).project
  } catch {
    return null
  }
}
