import type {ProjectFile} from '../../protocol/project-file.ts'
import {type Destination, destinationOf, readDestinations} from '../destination/destination.ts'
import type {World} from '../world/world.ts'
import {listProjects, readRegisteredProject} from './projects.ts'

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
  const registered = listProjects(world.configDirectory).flatMap(({id}) => {
    try {
      return [destinationOf(world.stateDirectory, readRegisteredProject(world.configDirectory, id))]
    } catch {
      return []
    }
  })
  return [...used, ...registered, ...(present === null ? [] : [destinationOf(world.stateDirectory, present)])]
}
