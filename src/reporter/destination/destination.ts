/**
 * Room `destination`: everything on disk for one project and endpoint.
 *
 * `DestinationPaths` names each file and folder. Modules here read and write the buffer, open runs, drops, refused
 * events, sent log and next try; the lock belongs to `sender`. Many processes on many hosts share the folder, also over
 * NFS. So there is no append, no read-modify-write and no flock: files are created whole, renamed or removed, and
 * counters are derived from files. Everything is bounded in size or age. Folders have mode 0700, files 0600. A damaged
 * file is set aside and counted. No network.
 * Read next: `buffer.ts`, then `tidy.ts` for the limits.
 */
import {existsSync, readdirSync} from 'node:fs'
import {basename, join} from 'node:path'
import {
  destinationKey,
  destinationKeys,
  type ProjectFile,
  parseProjectFile,
} from '../../protocol/project/project-file.ts'
import {inside, isCode, readIfPresent, readJson, writeFileAtomically} from '../world/files.ts'

/** A project, and the folder on this machine with its data for one endpoint. */
export interface Destination {
  readonly project: ProjectFile
  readonly directory: string
  readonly paths: DestinationPaths
}

export interface DestinationPaths {
  /** Waiting events: files with one or many. */
  readonly waiting: string
  /** Claimed files, with a folder for each claim. */
  readonly sending: string
  /** Files on their way out of the buffer, before they are counted as dropped and removed. */
  readonly dropping: string
  /** Events that the collector rejected, and damaged files. */
  readonly refused: string
  readonly runs: string
  readonly sent: string
  readonly drops: string
  readonly project: string
  readonly lock: string
  readonly nextTry: string
  /** Marks of the pseudonyms that were put into reports. */
  readonly periods: string
  /** The pending erasure request, if there is one. */
  readonly forget: string
  /** Results of ended erasure requests, by generation. */
  readonly forgotten: string
}

/**
 * The address to which reports go: the folder (`file:///…`), else the HTTP address, else `udp://host:port`. Empty
 * without an endpoint.
 */
export function endpointOf({endpoint: {http, udp, file}}: Pick<ProjectFile, 'endpoint'>): string {
  return file ?? http ?? (udp === null ? '' : `udp://${udp}`)
}

/** The destination of a project and its paths. Pure: touches no disk. */
export function destinationOf(stateDirectory: string, project: ProjectFile): Destination {
  const directory = join(stateDirectory, `${project.project}-${destinationKey(project)}`)
  return {project, directory, paths: pathsIn(directory)}
}

function pathsIn(directory: string): DestinationPaths {
  return {
    waiting: inside(directory, 'buffer', 'new'),
    sending: inside(directory, 'buffer', 'sending'),
    dropping: inside(directory, 'buffer', 'dropping'),
    refused: inside(directory, 'buffer', 'refused'),
    runs: inside(directory, 'runs'),
    sent: inside(directory, 'sent'),
    drops: inside(directory, 'drops'),
    project: inside(directory, 'project.json'),
    lock: inside(directory, 'sender.lock'),
    nextTry: inside(directory, 'next-try'),
    periods: inside(directory, 'periods'),
    forget: inside(directory, 'forget.json'),
    forgotten: inside(directory, 'forgotten'),
  }
}

/** Reads all destinations in a state folder, by name. Skips folders without a valid project file. Never throws. */
export function readDestinations(stateDirectory: string): Destination[] {
  const destinations: Destination[] = []
  for (const {directory, paths} of listDestinationFolders(stateDirectory)) {
    const parsed = parseProjectFile(readJson(paths.project))
    if (!parsed.ok) continue
    const project = parsed.value
    const names = destinationKeys(project).map(key => `${project.project}-${key}`)
    if (names.includes(basename(directory))) destinations.push({project, directory, paths})
  }
  return destinations
}

/** All folders of destinations with the project's id from their names, also those with a damaged project file. */
export function listDestinationFolders(
  stateDirectory: string,
): {readonly project: string; readonly directory: string; readonly paths: DestinationPaths}[] {
  return listFolder(stateDirectory).flatMap(name => {
    const project = /^([a-z][a-z0-9-]*)-[0-9a-f]{8}$/.exec(name)?.[1]
    const directory = join(stateDirectory, name)
    return project === undefined ? [] : [{project, directory, paths: pathsIn(directory)}]
  })
}

/**
 * Folders that contain data and whose project file is missing or damaged, and closed ones, except `known` ones: it is
 * unknown to whom they sent. For one project, or, for null, all. The state folder itself if it is closed.
 */
export function listUnreadableFolders(
  stateDirectory: string,
  known: readonly Destination[],
  project: string | null,
): string[] {
  const folders = listDestinationFolders(stateDirectory)
  if (folders.length === 0) return isClosed(stateDirectory) ? [stateDirectory] : []
  const directories = new Set([...readDestinations(stateDirectory), ...known].map(one => one.directory))
  return folders
    .filter(one => !directories.has(one.directory) && (project === null || one.project === project))
    .filter(({directory, paths}) => isClosed(directory) || existsSync(paths.project) || keptIn(paths).some(hasFiles))
    .map(({directory}) => directory)
}

const hasFiles = (folder: string): boolean => listFolder(folder).length > 0

/** Whether a folder is there and cannot be read, for example because it belongs to another user. */
function isClosed(folder: string): boolean {
  try {
    readdirSync(folder)
    return false
  } catch (error) {
    return !isCode(error, 'ENOENT') && !isCode(error, 'ENOTDIR')
  }
}

const keptIn = ({waiting, sending, refused, runs, sent, periods}: DestinationPaths): readonly string[] => {
  return [waiting, sending, refused, runs, sent, periods]
}

/** Stores the project file for the sender. Writes only if it has changed. Throws errors of the file system. */
export function rememberProject(destination: Destination): void {
  const content = `${JSON.stringify(destination.project, null, 2)}\n`
  if (readIfPresent(destination.paths.project) !== content) writeFileAtomically(destination.paths.project, content)
}

/** The names in a folder, sorted. Empty if it cannot be read. */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}
