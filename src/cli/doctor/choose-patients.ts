import {UsageError} from '../../errors.ts'
import {type ProjectFile, parseProjectFile} from '../../protocol/project/project-file.ts'
import {describeProblems} from '../../protocol/values/problem.ts'
import {type Destination, listUnreadableFolders} from '../../reporter/destination/destination.ts'
import {hasWaiting} from '../../reporter/destination/empty-buffer.ts'
import {isForgetPending} from '../../reporter/forget/is-forget-pending.ts'
import {destinationHere} from '../../reporter/projects/destination-here.ts'
import {knownDestinations} from '../../reporter/projects/known-destinations.ts'
import {listProjects, readProjectFile} from '../../reporter/projects/projects.ts'
import {modifiedAt} from '../../reporter/world/files.ts'
import type {World} from '../../reporter/world/world.ts'
import {chooseDestinations, findProjectFile, namesProject, type ProjectFlags} from '../arguments/project-choice.ts'
import type {Patients} from './examine.ts'
import {type Finding, problem, warning} from './finding.ts'

/**
 * Chooses what to examine: the project that was given, else all that are known here and that of `usage.project.json` in this
 * folder or above. For an endpoint alone, only a project that was given or is in this folder. A project file that cannot be
 * read is a finding. Throws USAGE_WRONG_USE for an invalid endpoint.
 */
export function choosePatients(world: World, flags: ProjectFlags, endpoint: string | undefined): Patients {
  const found: Finding[] = []
  const destinations = namesProject(world, flags)
    ? attempt(found, () => chooseDestinations(world, flags), [])
    : chooseUnnamed(world, attempt(found, readNearest, null), endpoint === undefined)
  const given = endpoint === undefined ? null : readEndpoint(endpoint)
  const asked = given === null ? destinations : destinations.slice(0, 1)
  const lost = given === null ? listUnreadableFolders(world.stateDirectory, destinations, null) : []
  // The state folder has a finding of its own.
  const folders = lost.filter(folder => folder !== world.stateDirectory)
  return {destinations: asked, endpoint: given, found: [...found, ...folders.map(unreadable)]}
}

const readNearest = (): ProjectFile | null => {
  const nearest = findProjectFile()
  return nearest === null ? null : readProjectFile(nearest)
}

function chooseUnnamed(world: World, present: ProjectFile | null, isForAll: boolean): Destination[] {
  if (isForAll) return inUse(world, knownDestinations(world, present), present)
  return present === null ? [] : [destinationHere(world, present)]
}

function attempt<T>(found: Finding[], choose: () => T, otherwise: T): T {
  try {
    return choose()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    found.push(problem('project-file', error.message, error.next))
    return otherwise
  }
}

/**
 * Without the former endpoints of a project, unless something waits for them. The current one is the last of a project that is
 * registered or present, else the one with the newest event.
 */
function inUse(world: World, destinations: readonly Destination[], present: ProjectFile | null): Destination[] {
  const listed = new Set([...listProjects(world.configDirectory).map(({id}) => id), present?.project])
  const isCurrent = ({project: {project}, directory}: Destination): boolean => {
    const own = destinations.filter(one => one.project.project === project)
    const newest = [...own].sort((a, b) => lastEventAt(a) - lastEventAt(b)).at(-1)
    return (listed.has(project) ? own.at(-1) : newest)?.directory === directory
  }
  return destinations.filter(one => isCurrent(one) || hasWaiting(one) || isForgetPending(one.paths))
}

/** Each event changes the folder of the buffer. */
const lastEventAt = ({paths}: Destination): number => modifiedAt(paths.waiting) ?? 0

const unreadable = (folder: string): Finding =>
  warning(
    'project-file',
    `${folder} cannot be read: it belongs to another user, or its project.json is missing or damaged.`,
    'Check its owner. If it is yours, record with the same project file again: that restores project.json.',
  )

function readEndpoint(endpoint: string): ProjectFile['endpoint'] {
  const parsed = parseProjectFile({project: 'demo', contact: 'demo', purpose: ['demo'], endpoint})
  if (parsed.ok) return parsed.value.endpoint
  throw new UsageError('USAGE_WRONG_USE', `--${describeProblems(parsed.problems)}`)
}
