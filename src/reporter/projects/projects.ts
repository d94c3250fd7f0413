/**
 * Room `projects`: project files on this machine.
 *
 * A project file can be given as a path or registered under its id in the folder of settings. Reading one checks all of it and
 * throws a coded error that names what is wrong: this is for commands, and the callers that must not fail catch it. Files are
 * limited to 1 MiB and written atomically. Only `fetch-project.ts` uses the network: an HTTPS address that the user names, never
 * an address inside their network.
 * Read next: `known-destinations.ts` for every project that was used here, `explain.ts` for its text.
 */
import {readFileSync, rmSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {UsageError} from '../../errors.ts'
import {type ProjectFile, parseProjectFile} from '../../protocol/project/project-file.ts'
import {limits} from '../../protocol/values/limits.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import {describeProblems, describeValue} from '../../protocol/values/problem.ts'
import {projectIdPattern} from '../../protocol/values/scalars.ts'
import {listFolder} from '../destination/destination.ts'
import {writeFileAtomically} from '../world/files.ts'

const registryOf = (configDirectory: string): string => join(configDirectory, 'projects')

/** The error for an id that no registered project has. */
export class UnknownProject extends UsageError {
  readonly id: string

  constructor(id: string) {
    super('USAGE_PROJECT_UNKNOWN', `no registered project has the id ${describeValue(id)}`)
    this.id = id
  }
}

/** Reads a project file. Throws `USAGE_PROJECT_FILE_UNREADABLE` or `USAGE_PROJECT_FILE_INVALID`. */
export function readProjectFile(path: string): ProjectFile {
  return parseProjectText(readProjectText(path), path)
}

/** The text of a project file. Throws `USAGE_PROJECT_FILE_UNREADABLE`. */
export function readProjectText(path: string): string {
  let content: string
  try {
    const file = statSync(path)
    if (!file.isFile()) throw new Error('it is not a file')
    if (file.size > limits.maxProjectFileBytes) throw new Error(`it has more than ${limits.maxProjectFileBytes} bytes`)
    content = readFileSync(path, 'utf8')
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_PROJECT_FILE_UNREADABLE', `cannot read the project file ${path}: ${came}`)
  }
  return content
}

function parseProjectText(content: string, path: string): ProjectFile {
  let input: unknown
  try {
    input = JSON.parse(content)
  } catch (error) {
    const came = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_PROJECT_FILE_INVALID', `${path}: must be JSON: ${toPlainText(came)}`)
  }
  const parsed = parseProjectFile(input)
  if (parsed.ok) return parsed.value
  throw new UsageError('USAGE_PROJECT_FILE_INVALID', `${path}: ${describeProblems(parsed.problems)}`)
}

/** What was registered, and what was registered under the same id before: null when nothing was, or nothing readable. */
export interface Registration {
  readonly project: ProjectFile
  readonly replaced: ProjectFile | null
}

/**
 * Registers a project for this person, by its id. A file that is registered under it already is replaced; where that
 * would send to another place or name another contact, only when `mayReplace` says so.
 * Throws `USAGE_PROJECT_REGISTERED`, and what is wrong with the file.
 */
export function addProject(configDirectory: string, path: string, mayReplace: boolean): Registration {
  return addProjectText(configDirectory, readProjectText(path), path, mayReplace)
}

/** The same for a text that came from somewhere else: `origin` says where, for errors. */
export function addProjectText(
  configDirectory: string,
  content: string,
  origin: string,
  mayReplace: boolean,
): Registration {
  const project = parseProjectText(content, origin)
  const replaced = findRegistered(configDirectory, project.project)
  const changes = replaced === null ? [] : describeChanges(replaced, project)
  if (changes.length > 0 && !mayReplace)
    throw new UsageError(
      'USAGE_PROJECT_REGISTERED',
      `--replace is required to change ${project.project}: ${changes.join(', ')}`,
    )
  writeFileAtomically(join(registryOf(configDirectory), `${project.project}.json`), content)
  return {project, replaced}
}

/** Where two files of a project differ in whom they tell: `endpoint OLD → NEW`, `contact OLD → NEW`. */
export function describeChanges(before: ProjectFile, after: ProjectFile): string[] {
  const told = ({endpoint, contact}: ProjectFile) => ({endpoint: endpointOf(endpoint), contact})
  const [old, now] = [told(before), told(after)]
  return (['endpoint', 'contact'] as const)
    .filter(key => old[key] !== now[key])
    .map(key => `${key} ${toPlainText(old[key])} → ${toPlainText(now[key])}`)
}

const endpointOf = ({http, udp, file}: ProjectFile['endpoint']): string =>
  [file, http, udp === null ? null : `udp://${udp}`].filter(one => one != null).join(' and ') || 'nowhere'

/** What is registered, or null without a file that can be read. */
function findRegistered(configDirectory: string, id: string): ProjectFile | null {
  try {
    return readRegisteredProject(configDirectory, id)
  } catch {
    return null
  }
}

/** Forgets a registered project; events that wait for it stay. False: it was not registered. */
export function removeProject(configDirectory: string, id: string): boolean {
  if (!registeredIds(configDirectory).includes(id)) return false
  rmSync(join(registryOf(configDirectory), `${id}.json`), {force: true})
  return true
}

/** Reads a registered project. Throws `USAGE_PROJECT_UNKNOWN`, or what is wrong with its file. */
export function readRegisteredProject(configDirectory: string, id: string): ProjectFile {
  if (!projectIdPattern.test(id) || !registeredIds(configDirectory).includes(id)) throw new UnknownProject(id)
  return readProjectFile(join(registryOf(configDirectory), `${id}.json`))
}

/** Reads all registered projects whose files are valid, by id. */
export function readRegisteredProjects(configDirectory: string): ProjectFile[] {
  return registeredIds(configDirectory).flatMap(id => findRegistered(configDirectory, id) ?? [])
}

export interface RegisteredProject {
  readonly id: string
  readonly path: string
}

/** The registered projects of this person, by id. */
export function listProjects(configDirectory: string): RegisteredProject[] {
  return registeredIds(configDirectory).map(id => ({id, path: join(registryOf(configDirectory), `${id}.json`)}))
}

const registeredIds = (configDirectory: string): string[] =>
  listFolder(registryOf(configDirectory))
    .filter(name => name.endsWith('.json') && !name.startsWith('.'))
    .map(name => basename(name, '.json'))
