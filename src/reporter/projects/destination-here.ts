import {destinationKey, type ProjectFile} from '../../protocol/project/project-file.ts'
import {type Destination, destinationOf, endpointOf} from '../destination/destination.ts'
import type {World} from '../world/world.ts'
import {readSitePolicy, type SitePolicy} from './site-policy.ts'

/**
 * The destination of a project on this machine: its own endpoint, or the inbox or the collector that the site policy
 * names instead. Then it is another destination, with a folder, a notice and a request to erase of its own, and the
 * write key of the project is not sent there. Reads the site policy, writes nothing.
 */
export function destinationHere(world: World, project: ProjectFile): Destination {
  const {route} = readSitePolicy(world.siteDirectory, project.project)
  return destinationOf(world.stateDirectory, routeProject(project, route))
}

/** A project file with the endpoint and the key of a route; itself without one, or where it leads to the same place. */
export function routeProject(project: ProjectFile, route: SitePolicy['route']): ProjectFile {
  if (route === null) return project
  const {endpoint, writeKey} = route
  if (writeKey === null && isSameEndpoint(project, endpoint)) return project
  const {writeKey: _own, ...rest} = project
  return {...rest, endpoint, ...(writeKey === null ? {} : {writeKey})}
}

/** Where a policy has the events of a destination go, if that is another place; else null. */
export function findOtherPlace({project}: Destination, route: SitePolicy['route']): string | null {
  if (route === null || isSameEndpoint(project, route.endpoint)) return null
  return endpointOf(route)
}

/** The file by whose word the events of a destination go to the site, or null. */
export function findRouter({siteDirectory}: World, {project}: Destination): string | null {
  const {route} = readSitePolicy(siteDirectory, project.project)
  return route !== null && isSameEndpoint(project, route.endpoint) ? route.decidedBy : null
}

const isSameEndpoint = (project: ProjectFile, endpoint: ProjectFile['endpoint']): boolean =>
  destinationKey(project) === destinationKey({...project, endpoint})
