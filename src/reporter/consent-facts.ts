import {accessSync, constants} from 'node:fs'
import {dirname} from 'node:path'
import {collectionVersion, type ProjectFile} from '../protocol/project-file.ts'
import {detectCi} from './ci.ts'
import {type Consent, type ConsentFacts, decideConsent} from './consent.ts'
import {type Destination, destinationOf} from './destination.ts'
import {projectOptOutPath, userOptOutPath} from './directories.ts'
import {isNoticeOpen} from './notice.ts'
import {readSettings} from './settings.ts'
import {readSitePolicy} from './site-policy.ts'
import type {World} from './world.ts'

/** Asks all rules of consent for a destination. Reads files, writes none. */
export function askConsent(world: World, destination: Destination): Consent {
  return decideConsent(destination.project, readConsentFacts(world, destination))
}

/** The same for a project that may never have been used here. */
export function askProjectConsent(world: World, project: ProjectFile): Consent {
  return askConsent(world, destinationOf(world.stateDirectory, project))
}

function readConsentFacts(world: World, destination: Destination): ConsentFacts {
  const {project} = destination
  const site = readSitePolicy(world.siteDirectory, project.project)
  const settings = readSettings(world.configDirectory)
  const userOptOut = look(userOptOutPath(world.configDirectory))
  const projectOptOut = look(projectOptOutPath(world.configDirectory, project.project))
  const ci = detectCi(world.environment)
  const hasJobYes = hasConsentVariable(world, project)
  return {
    environment: world.environment,
    siteNo: site.no,
    userOptOut: userOptOut.path,
    projectOptOut: projectOptOut.path,
    ci,
    hasYes: hasJobYes || Object.hasOwn(settings?.answers ?? {}, project.project),
    areSettingsReadable: settings !== null && userOptOut.isReadable && projectOptOut.isReadable,
    isStateWritable: isWritable(world.stateDirectory),
    isNoticeGiven: hasJobYes || site.isNoticeGiven || ci !== null || isNoticeOpen(destination),
  }
}

/** A yes that an image or a job carries: `USAGE_CONSENT=<project>@<version>`, several separated by commas or spaces. */
function hasConsentVariable(world: World, project: ProjectFile): boolean {
  const yes = `${project.project}@${collectionVersion(project)}`
  return (world.environment['USAGE_CONSENT'] ?? '').split(/[\s,]+/).includes(yes)
}

/** Looks for a file whose presence alone says no. Not knowing is not a yes. */
function look(path: string): {path: string | null; isReadable: boolean} {
  try {
    accessSync(path, constants.F_OK)
    return {path, isReadable: true}
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    return {path: null, isReadable: code === 'ENOENT' || code === 'ENOTDIR'}
  }
}

/** Whether the folder, or the nearest one above that exists, can be written. */
function isWritable(path: string): boolean {
  for (let next = path; ; next = dirname(next)) {
    try {
      accessSync(next, constants.W_OK | constants.X_OK)
      return true
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isMissing || next === dirname(next)) return false
    }
  }
}
