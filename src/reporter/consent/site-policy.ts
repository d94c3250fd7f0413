import {lstatSync} from 'node:fs'
import {inside, readIfPresent} from '../world/files.ts'

/** What the administrator of this machine has decided. */
export interface SitePolicy {
  readonly no: {readonly decidedBy: string; readonly text: string | null} | null
  /** Whether the site has told its people itself, so that sending need not wait for the notice. */
  readonly isNoticeGiven: boolean
}

/**
 * Reads the administrator's files: `off`, `off.d/<project>`, `policy.json`. A file that is there and cannot be read,
 * or a policy that cannot be understood, says no.
 */
export function readSitePolicy(siteDirectory: string, project: string): SitePolicy {
  for (const path of [inside(siteDirectory, 'off'), inside(siteDirectory, 'off.d', project)]) {
    const text = readText(path)
    if (text !== null) return {no: {decidedBy: path, text: text.trim() || null}, isNoticeGiven: false}
  }
  const path = inside(siteDirectory, 'policy.json')
  const content = readText(path)
  if (content === null) return {no: null, isNoticeGiven: false}
  return readPolicy(path, content, project)
}

function readPolicy(path: string, content: string, project: string): SitePolicy {
  const policy = parseObject(content)
  if (policy === null) return {no: {decidedBy: path, text: 'The policy cannot be understood.'}, isNoticeGiven: false}
  const projects = policy['projects']
  if (projects !== undefined && !isObject(projects))
    return {no: {decidedBy: path, text: 'The policy’s projects cannot be understood.'}, isNoticeGiven: false}
  const own = projects !== undefined && Object.hasOwn(projects, project) ? projects[project] : undefined
  const isOff = isNo(policy['tracking']) || isNo(isObject(own) ? own['tracking'] : own)
  const hints = [policy['contact'], policy['policyUrl']].filter(hint => typeof hint === 'string')
  return {
    no: isOff ? {decidedBy: path, text: hints.length > 0 ? hints.join(', ') : null} : null,
    isNoticeGiven: policy['notice'] === 'given',
  }
}

/** An administrator's word says nothing when absent or `on`; every other word is off. */
const isNo = (word: unknown): boolean => word !== undefined && word !== 'on' && word !== true

const isObject = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)

function parseObject(content: string): Record<string, unknown> | null {
  try {
    const input: unknown = JSON.parse(content)
    return isObject(input) ? input : null
  } catch {
    return null
  }
}

function readText(path: string): string | null {
  try {
    // A link that leads nowhere is there.
    return lstatSync(path, {throwIfNoEntry: false}) === undefined ? null : (readIfPresent(path) ?? '')
  } catch {
    return ''
  }
}
