import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {type Destination, listDestinationFolders, readDestinations} from '../destination/destination.ts'
import type {World} from '../world/world.ts'
import {destinationHere} from './destination-here.ts'
import {listProjects, readRegisteredProjects} from './projects.ts'

/** Every destination known here: used before, registered, or `present`: named by whoever asks. */
export function knownDestinations(world: World, present: ProjectFile | null = null): Destination[] {
  return [
    ...new Map(
      knownVersions(world, present)
        .reverse()
        .map(one => [one.directory, one]),
    ).values(),
  ].reverse()
}

/** The same, and each of them in every version of its project file that is known here. */
export function knownVersions(world: World, present: ProjectFile | null): Destination[] {
  const used = readDestinations(world.stateDirectory)
  const registered = readRegisteredProjects(world.configDirectory).map(project => destinationHere(world, project))
  return [...used, ...registered, ...(present === null ? [] : [destinationHere(world, present)])]
}

/** The ids of all projects known here, also of one whose project file can no longer be read. */
export function knownIds(world: World, present: ProjectFile | null = null): string[] {
  const ids = [
    ...listDestinationFolders(world.stateDirectory).map(({project}) => project),
    ...listProjects(world.configDirectory).map(({id}) => id),
    ...(present === null ? [] : [present.project]),
  ]
  return [...new Set(ids)].sort()
}
