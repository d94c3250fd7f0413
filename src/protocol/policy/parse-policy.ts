/**
 * Room `policy`: the file by which a site decides for everybody on its machines.
 *
 * `parsePolicy` reads its text and returns the policy or problems. A key that stands twice, or that nobody may write,
 * is a problem. The rules of the schema are in `policy-file.ts`. Nothing here reads a disk: the reporter finds the
 * file, and the clients in other languages get the same table of examples.
 */

import * as v from 'valibot'
import {describeValue, formatPath, type Problem, toProblems} from '../values/problem.ts'
import {type JsonKey, listJsonKeys} from './json-keys.ts'
import {type PolicyFile, policyFile, policyKeys, type Route, type WrittenPolicy} from './policy-file.ts'

type Parsed = {readonly ok: true; readonly value: PolicyFile} | {readonly ok: false; readonly problems: string[]}

/**
 * Reads a policy. Each problem is a sentence. A key or a word that is not known is a problem, and so is a key that stands
 * twice: an administrator who writes `traking` wants something, and whoever guesses guesses wrong. Pure.
 */
export function parsePolicy(content: string): Parsed {
  const input = parseObject(content)
  if (input === null) return {ok: false, problems: ['The policy must be one JSON object.']}
  const parsed = v.safeParse(policyFile, input)
  const problems = [
    ...listJsonKeys(content).flatMap(writeKeyProblems),
    ...(parsed.success ? [] : parsed.issues.flatMap(issue => writeIssue(issue, []))),
  ]
  if (!parsed.success || problems.length > 0) return {ok: false, problems: [...new Set(problems)]}
  return {ok: true, value: understand(parsed.output)}
}

function understand(policy: WrittenPolicy): PolicyFile {
  const {tracking, allow, notice, contact, policyUrl} = policy
  const projects = Object.entries(policy.projects ?? {}).map(([id, own]) => ({
    id,
    own: typeof own === 'object' ? own : {tracking: own},
  }))
  return {
    isOn: isOn(tracking),
    off: projects.filter(({own}) => !isOn(own.tracking)).map(({id}) => id),
    allow: allow ?? null,
    isNoticeGiven: notice === 'given',
    hints: [contact, policyUrl].filter(hint => hint !== undefined),
    route: routeOf(policy),
    routes: new Map(
      projects.flatMap(({id, own}) => {
        const route = routeOf(own)
        return route === null ? [] : [[id, route]]
      }),
    ),
  }
}

function routeOf({
  inbox,
  endpoint,
  writeKey: key,
}: Pick<WrittenPolicy, 'inbox' | 'endpoint' | 'writeKey'>): Route | null {
  if (inbox === undefined && endpoint === undefined) return null
  const file = inbox === undefined ? {} : {file: inbox}
  return {endpoint: {http: endpoint ?? null, udp: null, ...file}, writeKey: key ?? null}
}

/** A missing word switches nothing off. */
const isOn = (tracking: WrittenPolicy['tracking']): boolean =>
  tracking === undefined || tracking === 'on' || tracking === true

const writeUnknownKey = (key: string): string =>
  `The policy has the unknown key ${describeValue(key)}. Known keys: ${policyKeys.join(', ')}.`

/** An issue of an alternative names the entry that is wrong, if the alternative is an object. */
function writeIssue(issue: v.BaseIssue<unknown>, above: Problem['path']): string[] {
  const [problem] = toProblems([issue])
  if (problem === undefined) return []
  const path = [...above, ...problem.path]
  const inner = issue.issues?.filter(one => (one.path?.length ?? 0) > 0) ?? []
  if (inner.length > 0) return inner.flatMap(one => writeIssue(one, path))
  if (issue.type === 'strict_object' && issue.expected === 'never') return [writeUnknown(path)]
  const isKey = issue.path?.at(-1)?.origin === 'key'
  if (isKey)
    return [
      `projects must contain project ids, got ${describeValue(path.at(-1))}. For all projects, use tracking or allow.`,
    ]
  return [`${path.length === 0 ? 'The policy' : formatPath(path)} ${problem.message}.`]
}

function writeUnknown(path: Problem['path']): string {
  const key = path.at(-1)
  return path.length === 1
    ? writeUnknownKey(String(key))
    : `${formatPath(path.slice(0, -1))} has the unknown key ${describeValue(key)}.`
}

/** Keys that an object of JavaScript seems to have anyway, and that valibot skips. */
const prototypeKeys: readonly string[] = ['__proto__', 'constructor', 'prototype']

function writeKeyProblems({key, isRepeated}: JsonKey): string[] {
  if (isRepeated) return [`The policy contains the key ${describeValue(key)} twice.`]
  return prototypeKeys.includes(key) ? [writeUnknownKey(key)] : []
}

function parseObject(content: string): object | null {
  try {
    const input: unknown = JSON.parse(content)
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : null
  } catch {
    return null
  }
}
