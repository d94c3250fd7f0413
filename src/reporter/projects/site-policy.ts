import {lstatSync} from 'node:fs'
import {parsePolicy} from '../../protocol/policy/parse-policy.ts'
import type {PolicyFile, Route} from '../../protocol/policy/policy-file.ts'
import {inside, readIfPresent} from '../world/files.ts'

/** What the administrator of this machine has decided. */
export interface SitePolicy {
  readonly no: {readonly decidedBy: string; readonly text: string | null} | null
  /** Whether the site has told its people itself, so that sending need not wait for the notice. */
  readonly isNoticeGiven: boolean
  /** Where the site has the events of the project go, and the file that says so; null: to the endpoint of the project. */
  readonly route: (Route & {readonly decidedBy: string}) | null
}

/**
 * Reads the administrator's files: `off`, `off.d/<project>`, `policy.json`. A file that is there and cannot be read,
 * or a policy that is invalid, says no. `null` as the project asks what holds for every project.
 */
export function readSitePolicy(siteDirectory: string, project: string | null): SitePolicy {
  const files = [inside(siteDirectory, 'off'), ...(project === null ? [] : [inside(siteDirectory, 'off.d', project)])]
  for (const path of files) {
    const text = readText(path)
    if (text !== null) return optOutBy(path, text.trim() || null)
  }
  const path = inside(siteDirectory, 'policy.json')
  const content = readText(path)
  if (content === null) return {no: null, isNoticeGiven: false, route: null}
  const policy = parsePolicy(content)
  if (!policy.ok) return optOutBy(path, policy.problems.join(' '))
  const text = policyText(policy.value, project)
  const route = findRoute(policy.value, project)
  return {
    no: text === undefined ? null : {decidedBy: path, text},
    isNoticeGiven: policy.value.isNoticeGiven,
    route: route && {...route, decidedBy: path},
  }
}

const optOutBy = (path: string, text: string | null): SitePolicy => {
  return {no: {decidedBy: path, text}, isNoticeGiven: false, route: null}
}

/** Where a policy has the events of a project go, or null. */
export function findRoute({route, routes}: PolicyFile, project: string | null): Route | null {
  return (project === null ? undefined : routes.get(project)) ?? route
}

/** Why a valid policy opts a project out: its hints for people, or null without any; undefined where it does not. */
function policyText(policy: PolicyFile, project: string | null): string | null | undefined {
  if (isAllowed(policy, project)) return undefined
  return policy.hints.length > 0 ? policy.hints.join(', ') : null
}

/** Whether a policy lets a project count. `null`: every project. */
export function isAllowed({isOn, off, allow}: PolicyFile, project: string | null): boolean {
  if (!isOn) return false
  return project === null || (!off.includes(project) && (allow === null || allow.includes(project)))
}

/** The text of a file; null without one. What is there and cannot be read is an empty text: a no, or no policy. */
function readText(path: string): string | null {
  try {
    // A link that leads nowhere is there.
    return lstatSync(path, {throwIfNoEntry: false}) === undefined ? null : (readIfPresent(path) ?? '')
  } catch {
    return ''
  }
}
