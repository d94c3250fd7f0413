import {UsageError} from '../../errors.ts'
import {describeProblems} from '../../protocol/problem.ts'
import {type ProjectFile, parseProjectFile} from '../../protocol/project-file.ts'
import {type Destination, destinationOf, listUnreadableFolders} from '../../reporter/destination/destination.ts'
import {hasWaiting} from '../../reporter/destination/empty-buffer.ts'
import {isForgetPending} from '../../reporter/forget/is-forget-pending.ts'
import {knownDestinations} from '../../reporter/projects/known-destinations.ts'
import {readProjectFile} from '../../reporter/projects/projects.ts'
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
  const destinations = attempt(found, () => {
    if (namesProject(world, flags)) return chooseDestinations(world, flags)
    const nearest = findProjectFile()
    const present = nearest === null ? null : readProjectFile(nearest)
    if (endpoint === undefined) return knownDestinations(world, present)
    return present === null ? [] : [destinationOf(world.stateDirectory, present)]
  })
  const given = endpoint === undefined ? null : readEndpoint(endpoint)
  const used = given === null ? inUse(destinations) : destinations.slice(0, 1)
  const lost = given === null ? listUnreadableFolders(world.stateDirectory, destinations, null) : []
  return {destinations: used, endpoint: given, found: [...found, ...lost.map(unreadable)]}
}

function attempt(found: Finding[], choose: () => readonly Destination[]): readonly Destination[] {
  try {
    return choose()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    found.push(problem('project-file', error.message, error.next))
    return []
  }
}

/** Without the former endpoints of a project, unless something waits for them. The current one is the last. */
function inUse(destinations: readonly Destination[]): Destination[] {
  const current = new Map(destinations.map(one => [one.project.project, one]))
  return destinations.filter(
    one => current.get(one.project.project) === one || hasWaiting(one) || isForgetPending(one.paths),
  )
}

const unreadable = (folder: string): Finding =>
  warning(
    'project-file',
    `${folder} contains events, and its project.json is missing or damaged.`,
    'Record with the same project file again: it is then restored.',
  )

function readEndpoint(endpoint: string): ProjectFile['endpoint'] {
  const parsed = parseProjectFile({project: 'demo', contact: 'demo', purpose: ['demo'], endpoint})
  if (parsed.ok) return parsed.value.endpoint
  throw new UsageError('USAGE_WRONG_USE', `--${describeProblems(parsed.problems)}`)
}
