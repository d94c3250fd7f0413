/**
 * Room `destination`: everything on disk for one project and endpoint.
 *
 * `DestinationPaths` names each file and folder. Modules here read and write the buffer, open runs, drops, refused events, sent log
 * and next try; the lock belongs to `sender`. Many processes on many hosts share the folder, also over NFS. So there is no append, no read-modify-write and no
 * flock: files are created whole, renamed or removed, and counters are derived from files. Everything is bounded in size or age.
 * Folders have mode 0700, files 0600. A damaged file is set aside and counted. No network.
 * Read next: `buffer.ts`, then `tidy.ts` for the limits.
 */
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {destinationKey, type ProjectFile, parseProjectFile} from '../../protocol/project-file.ts'
import {inside, readIfPresent, readJson, writeFileAtomically} from '../world/files.ts'

/** A project and the place on this machine where its events for one endpoint wait. */
export interface Destination {
  readonly project: ProjectFile
  readonly directory: string
  readonly paths: DestinationPaths
}

export interface DestinationPaths {
  /** Events that wait, one file each or many. */
  readonly waiting: string
  /** Files that a sender has claimed, a folder a claim. */
  readonly sending: string
  /** Files that are being dropped: out of the buffer for good, and counted next. */
  readonly dropping: string
  /** What the collector refused and what was damaged. */
  readonly refused: string
  readonly runs: string
  readonly sent: string
  readonly drops: string
  readonly project: string
  readonly lock: string
  readonly nextTry: string
  /** Marks of the generations and periods whose pseudonym has been put into a report. */
  readonly periods: string
  /** The pending request to erase, while there is one. */
  readonly forget: string
  /** Receipts of the requests that have come to their end, by generation. */
  readonly forgotten: string
}

/** Where reports of a project go: the folder (`file:///…`) or the address for HTTP if there is one, else `udp://host:port`. */
export function endpointOf({endpoint: {http, udp, file}}: Pick<ProjectFile, 'endpoint'>): string {
  return file ?? http ?? (udp === null ? '' : `udp://${udp}`)
}

/** Where the events of a project wait. Touches nothing. */
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

/** Every destination ever used here, by name. Folders without a valid project file are passed over. */
export function readDestinations(stateDirectory: string): Destination[] {
  const destinations: Destination[] = []
  for (const {directory} of listDestinationFolders(stateDirectory)) {
    const parsed = parseProjectFile(readJson(join(directory, 'project.json')))
    if (!parsed.ok) continue
    const destination = destinationOf(stateDirectory, parsed.value)
    if (destination.directory === directory) destinations.push(destination)
  }
  return destinations
}

/** Every folder of a destination, also one whose project file is damaged: its name has the project's id. */
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
 * Folders in which something was kept and whose project file is missing or damaged, `known` ones aside: nobody can tell
 * what was sent from there, and to whom. Of one project, or of all.
 */
export function listUnreadableFolders(
  stateDirectory: string,
  known: readonly Destination[],
  project: string | null,
): string[] {
  const directories = new Set([...readDestinations(stateDirectory), ...known].map(one => one.directory))
  return listDestinationFolders(stateDirectory)
    .filter(one => !directories.has(one.directory) && (project === null || one.project === project))
    .filter(({paths}) => existsSync(paths.project) || keptIn(paths).some(folder => listFolder(folder).length > 0))
    .map(({directory}) => directory)
}

const keptIn = ({waiting, sending, refused, runs, sent, periods}: DestinationPaths): readonly string[] => {
  return [waiting, sending, refused, runs, sent, periods]
}

/** Keeps the project file beside the events, so that the sender needs no other. Writes only when it has changed. */
export function rememberProject(destination: Destination): void {
  const content = `${JSON.stringify(destination.project, null, 2)}\n`
  if (readIfPresent(destination.paths.project) !== content) writeFileAtomically(destination.paths.project, content)
}

/** The names in a folder, sorted; none when it cannot be read. */
export function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}
