/**
 * Room `consent`: whether events may be recorded and sent, and why.
 *
 * `decideConsent` is one pure function of facts. Every rule can only forbid. The first that forbids is the reason that
 * `usage status` shows. In doubt the answer is no: settings that cannot be read and a policy with an unknown key forbid. The order
 * of the rules, the reasons and the values of variables are tables here; the clients in other languages are generated from them.
 * The rest of the room reads the facts: small files and the environment, no network. It writes only markers and settings.
 * Read next: `consent-facts.ts` for what is read, `notice.ts` for when sending begins, `settings.ts`, `site-policy.ts`.
 */
import {addressOf, type ProjectFile} from '../../protocol/project/project-file.ts'
import type {LostFolder} from '../world/directories.ts'

/** The reasons in the order of the rules. The clients in other languages use the same. */
export const consentReasons = [
  'site-policy',
  'do-not-track',
  'usage-tracking',
  'project-variable',
  'user-opt-out',
  'project-opt-out',
  'ci',
  'not-opted-in',
  'settings-unreadable',
  'state-not-writable',
  'no-endpoint',
  'allowed',
] as const

/** Why recording and sending are allowed or not: the first rule that forbids, else `allowed`. */
export type ConsentReason = (typeof consentReasons)[number]

/** Opt-outs by a user or an administrator, not circumstances. After one of them, waiting events are never sent. */
export const optOutReasons: readonly ConsentReason[] = consentReasons.slice(0, 6)

/** Values of variables that do not opt out, in lower case. Every other value does. */
export const silentValues = {
  doNotTrack: ['', '0', 'false'],
  /** Of `USAGE_TRACKING` and of the project's own variable. */
  tracking: ['', '1', 'true', 'on', 'yes'],
} as const

/** What the rules look at. Read by `readConsentFacts`; given directly in tests. */
export interface ConsentFacts {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The administrator's no: its file and its text; null where there is none. */
  readonly siteNo: {readonly decidedBy: string; readonly text: string | null} | null
  /** Paths of the person's files that say no, or null. */
  readonly userOptOut: string | null
  readonly projectOptOut: string | null
  /** The CI system that this runs in, or null. */
  readonly ci: string | null
  /** Whether the person, an image or a job has said yes. */
  readonly hasYes: boolean
  readonly areSettingsReadable: boolean
  readonly isStateWritable: boolean
  /** Those of the two folders that cannot be found. */
  readonly lostFolders: readonly LostFolder[]
  /** Whether the person has had the notice and the time to act on it, or somebody answers for them. */
  readonly isNoticeGiven: boolean
  /** Whether this is certainly a CI system: nobody reads there, so sending does not wait for the notice. */
  readonly isRecognisedCi: boolean
}

export interface Consent {
  /** Whether events are recorded. */
  readonly allowed: boolean
  readonly reason: ConsentReason
  /** The file or the variable that decided, or null. */
  readonly decidedBy: string | null
  /** What the administrator wrote about it, or null. */
  readonly text: string | null
  /** Whether what is recorded may leave. */
  readonly sending: boolean
  /** Whether the notice has to be shown here, if it was not shown yet. */
  readonly needsNotice: boolean
  readonly heldBy: 'notice-pending' | null
}

type ConsentProject = Pick<ProjectFile, 'environmentVariable' | 'consent' | 'ci' | 'endpoint'>

/**
 * Decides whether events of a project may be recorded and sent. Pure.
 *
 * Every rule can only say no, and the first that does is the reason. A project file can never override a person.
 */
export function decideConsent(project: ConsentProject, facts: ConsentFacts): Consent {
  const no = firstNo(project, facts)
  if (no !== null) return {allowed: false, text: null, ...no, sending: false, needsNotice: false, heldBy: null}
  const maySend = facts.isNoticeGiven || facts.isRecognisedCi
  return {
    allowed: true,
    reason: 'allowed',
    decidedBy: null,
    text: null,
    sending: maySend,
    needsNotice: !facts.isNoticeGiven,
    heldBy: maySend ? null : 'notice-pending',
  }
}

type No = Pick<Consent, 'reason' | 'decidedBy'> & Partial<Pick<Consent, 'text'>>

function firstNo(project: ConsentProject, facts: ConsentFacts): No | null {
  const {environment} = facts
  const variable = project.environmentVariable
  if (facts.siteNo !== null) return {reason: 'site-policy', ...facts.siteNo}
  if (isDoNotTrack(environment['DO_NOT_TRACK'])) return {reason: 'do-not-track', decidedBy: 'DO_NOT_TRACK'}
  if (isTrackingOff(environment['USAGE_TRACKING'])) return {reason: 'usage-tracking', decidedBy: 'USAGE_TRACKING'}
  if (variable !== undefined && isTrackingOff(environment[variable]))
    return {reason: 'project-variable', decidedBy: variable}
  if (facts.userOptOut !== null) return {reason: 'user-opt-out', decidedBy: facts.userOptOut}
  if (facts.projectOptOut !== null) return {reason: 'project-opt-out', decidedBy: facts.projectOptOut}
  if (facts.ci !== null && project.ci === 'off') return {reason: 'ci', decidedBy: facts.ci}
  if (project.consent === 'opt-in' && !facts.hasYes) return {reason: 'not-opted-in', decidedBy: null}
  if (!facts.areSettingsReadable) return {reason: 'settings-unreadable', ...whyLost(facts, 'settings')}
  if (!facts.isStateWritable) return {reason: 'state-not-writable', ...whyLost(facts, 'state')}
  if (addressOf(project.endpoint) === null) return {reason: 'no-endpoint', decidedBy: null}
  return null
}

/** The variable because of which a folder cannot be found, with what is wrong with it. */
function whyLost({lostFolders}: ConsentFacts, folder: LostFolder['folder']): Omit<No, 'reason'> {
  const lost = lostFolders.find(one => one.folder === folder)
  return {decidedBy: lost?.variable ?? null, text: lost?.problem ?? null}
}

const isDoNotTrack = (value: string | undefined): boolean => !isSilent(silentValues.doNotTrack, value)

const isTrackingOff = (value: string | undefined): boolean => !isSilent(silentValues.tracking, value)

const isSilent = (silent: readonly string[], value = ''): boolean => silent.includes(value.trim().toLowerCase())

/** Whether the reason is an opt-out, after which waiting events are never sent. */
export const isOptOut = (reason: ConsentReason): boolean => optOutReasons.includes(reason)
