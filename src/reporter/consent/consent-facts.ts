import {accessSync, constants, lstatSync, statSync} from 'node:fs'
import {dirname} from 'node:path'
import {collectionVersion, type ProjectFile} from '../../protocol/project/project-file.ts'
import type {Destination} from '../destination/destination.ts'
import {destinationHere, findOtherPlace} from '../projects/destination-here.ts'
import {readSitePolicy, type SitePolicy} from '../projects/site-policy.ts'
import {detectCi} from '../world/ci.ts'
import {projectOptOutPath, userOptOutPath} from '../world/directories.ts'
import type {World} from '../world/world.ts'
import {type Consent, type ConsentFacts, decideConsent} from './consent.ts'
import {isNoticeOpen} from './notice.ts'
import {areSharedSettingsReadable, readSettings} from './settings.ts'

/** Asks all rules of consent for a destination. Reads files, writes none. */
export function askConsent(world: World, destination: Destination): Consent {
  return decideConsent(destination.project, readConsentFacts(world, destination))
}

/** The same for a project that may never have been used here. */
export function askProjectConsent(world: World, project: ProjectFile): Consent {
  return askConsent(world, destinationHere(world, project))
}

/** Asks the rules that hold for every project: the site, the variables of all, the person's opt-out, the two folders. */
export function askForAll(world: World): Consent {
  const userOptOut = look(userOptOutPath(world.configDirectory))
  return decideConsent(anyProject, {
    environment: world.environment,
    siteNo: readSitePolicy(world.siteDirectory, null).no,
    userOptOut: userOptOut.path,
    projectOptOut: null,
    ci: null,
    isRecognisedCi: false,
    hasYes: true,
    areSettingsReadable:
      userOptOut.isReadable &&
      isReadableFolder(world.configDirectory) &&
      areSharedSettingsReadable(world.configDirectory),
    isStateWritable: isWritable(world.stateDirectory, world),
    lostFolders: world.lostFolders,
    isNoticeGiven: true,
  })
}

/** A project that no rule forbids of itself. */
const anyProject = {consent: 'opt-out', ci: 'label', endpoint: {http: 'https://usage.example.org', udp: null}} as const

function readConsentFacts(world: World, destination: Destination): ConsentFacts {
  const {project} = destination
  const site = readSitePolicy(world.siteDirectory, project.project)
  const settings = readSettings(world.configDirectory, project.project)
  const userOptOut = look(userOptOutPath(world.configDirectory))
  const projectOptOut = look(projectOptOutPath(world.configDirectory, project.project))
  const ci = detectCi(world.environment)
  const hasJobYes = hasConsentVariable(world, project)
  return {
    environment: world.environment,
    siteNo: site.no ?? noOfRoute(destination, site),
    userOptOut: userOptOut.path,
    projectOptOut: projectOptOut.path,
    ci: ci?.id ?? null,
    hasYes: hasJobYes || (settings?.answer ?? null) !== null,
    areSettingsReadable:
      settings !== null && userOptOut.isReadable && projectOptOut.isReadable && isReadableFolder(world.configDirectory),
    isStateWritable: isStateWritable(world, destination),
    lostFolders: world.lostFolders,
    isNoticeGiven: hasJobYes || site.isNoticeGiven || isNoticeOpen(destination),
    isRecognisedCi: ci?.isRecognised === true,
  }
}

/** Where the site has the events of a project go elsewhere, this destination gets none of them. */
function noOfRoute(destination: Destination, {route}: SitePolicy): ConsentFacts['siteNo'] {
  const place = findOtherPlace(destination, route)
  if (route === null || place === null) return null
  return {decidedBy: route.decidedBy, text: `Events of ${destination.project.project} go to ${place} instead.`}
}

/** Whether the folder of a destination is there to write, or could be made, by this user. */
export function isStateWritable(world: World, {paths}: Destination): boolean {
  return isWritable(paths.waiting, world) && isWritable(paths.runs, world)
}

/** A yes that an image or a job carries: `USAGE_CONSENT=<project>@<version>`, several separated by commas or spaces. */
function hasConsentVariable(world: World, project: ProjectFile): boolean {
  const consented = world.environment['USAGE_CONSENT'] ?? ''
  return consented !== '' && consented.split(/[\s,]+/).includes(`${project.project}@${collectionVersion(project)}`)
}

/** Looks for a file whose presence alone says no, be it a link that leads nowhere. Not knowing is not a yes. */
function look(path: string): {path: string | null; isReadable: boolean} {
  try {
    return {path: lstatSync(path, {throwIfNoEntry: false}) === undefined ? null : path, isReadable: true}
  } catch {
    return {path: null, isReadable: false}
  }
}

/** Whether the folder is one, or is not there yet: a link that leads nowhere may be a disk that is not there. */
function isReadableFolder(path: string): boolean {
  try {
    return statSync(nearestExisting(path), {throwIfNoEntry: false})?.isDirectory() ?? false
  } catch {
    return false
  }
}

/**
 * Whether the folder, or the nearest one above that exists, can be read and written, and is this user's to write: root
 * may write anybody's, and what it makes there shuts them out.
 */
export function isWritable(path: string, {stateDirectory}: World): boolean {
  try {
    const existing = nearestExisting(path)
    accessSync(existing, constants.R_OK | constants.W_OK | constants.X_OK)
    const folder = statSync(existing)
    return folder.isDirectory() && isOurs(folder.uid, existing.length >= stateDirectory.length)
  } catch {
    return false
  }
}

/**
 * The path itself, or the nearest one above it where anything is: also a link that leads nowhere. Looks at each path once,
 * so that a folder that another process is making is there or not, and never a failure.
 */
export function nearestExisting(path: string): string {
  for (let next = path; ; next = dirname(next))
    if (next === dirname(next) || lstatSync(next, {throwIfNoEntry: false}) !== undefined) return next
}

/** A folder of the state has to be this user's; one above it may be anybody's, but root is let in everywhere. */
function isOurs(owner: number, isStateFolder: boolean): boolean {
  const user = process.geteuid?.()
  return user === undefined || owner === user || (!isStateFolder && user !== 0)
}
