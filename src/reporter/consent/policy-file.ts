import {describeValue} from '../../protocol/problem.ts'
import {projectIdPattern} from '../../protocol/scalars.ts'

/** A valid `/etc/usage/policy.json`. */
export interface PolicyFile {
  /** Whether projects may count at all. */
  readonly isOn: boolean
  /** The projects that are switched off. */
  readonly off: readonly string[]
  /** The only projects that may count, or null: all. */
  readonly allow: readonly string[] | null
  /** Whether the site has informed its users itself. */
  readonly isNoticeGiven: boolean
  /** What people are shown: `contact` and `policyUrl`. */
  readonly hints: readonly string[]
}

type Parsed = {readonly ok: true; readonly value: PolicyFile} | {readonly ok: false; readonly problems: string[]}
type Entries = Record<string, unknown>

/** Each key with the check of its value and what a valid value is. */
const rules: Readonly<Record<string, readonly [isValid: (value: unknown) => boolean, wanted: string]>> = {
  $schema: [isText, 'a text'],
  tracking: [isWord, '"on" or "off"'],
  projects: [isObject, 'an object of project ids with "on" or "off"'],
  allow: [isListOfIds, 'a list of project ids'],
  contact: [isText, 'a text'],
  policyUrl: [isText, 'a text'],
  notice: [value => value === 'given', '"given"'],
}

/** Every key that a policy may have. */
export const policyKeys: readonly string[] = Object.keys(rules)

/**
 * Reads a policy. Each problem is a sentence. A key or a word that is not known is a problem: an administrator who writes
 * `traking` wants something, and whoever guesses guesses wrong. Pure.
 */
export function parsePolicy(content: string): Parsed {
  const policy = parseObject(content)
  if (policy === null) return {ok: false, problems: ['The policy must be one JSON object.']}
  const problems = [...checkKeys(policy), ...checkProjects(policy['projects'])]
  if (problems.length > 0) return {ok: false, problems}
  const projects = Object.entries((policy['projects'] ?? {}) as Entries)
  return {
    ok: true,
    value: {
      isOn: isOn(policy['tracking']),
      off: projects.filter(([, own]) => !isOn(wordOf(own))).map(([id]) => id),
      allow: (policy['allow'] as string[] | undefined) ?? null,
      isNoticeGiven: policy['notice'] === 'given',
      hints: [policy['contact'], policy['policyUrl']].filter(isText),
    },
  }
}

function checkKeys(policy: Entries): string[] {
  return Object.entries(policy).flatMap(([key, value]) => {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule === undefined)
      return [`The policy has the unknown key ${describeValue(key)}. Known keys: ${policyKeys.join(', ')}.`]
    const [isValid, wanted] = rule
    return isValid(value) ? [] : [`${key} must be ${wanted}, got ${describeValue(value)}.`]
  })
}

function checkProjects(projects: unknown): string[] {
  if (!isObject(projects)) return []
  return Object.entries(projects).flatMap(([id, own]) => {
    if (!projectIdPattern.test(id))
      return [`projects must contain project ids, got ${describeValue(id)}. For all projects, use tracking or allow.`]
    const isValid = isWord(wordOf(own)) && (!isObject(own) || Object.keys(own).every(key => key === 'tracking'))
    return isValid ? [] : [`projects.${id} must be "on" or "off", got ${describeValue(own)}.`]
  })
}

/** The word of one project: `"off"`, or `{"tracking": "off"}`. */
const wordOf = (own: unknown): unknown => (isObject(own) ? own['tracking'] : own)

/** A missing word switches nothing off. */
const isOn = (word: unknown): boolean => word === undefined || word === 'on' || word === true

function isWord(value: unknown): boolean {
  return isOn(value) || value === 'off' || value === false
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isListOfIds(value: unknown): boolean {
  return Array.isArray(value) && value.every(id => isText(id) && projectIdPattern.test(id))
}

function isObject(input: unknown): input is Entries {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

function parseObject(content: string): Entries | null {
  try {
    const input: unknown = JSON.parse(content)
    return isObject(input) ? input : null
  } catch {
    return null
  }
}
