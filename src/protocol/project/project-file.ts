/**
 * Room `project`: the file in which a project declares what it counts and for what.
 *
 * `parseProjectFile` reads it, with its schema in this module and in `declaration.ts`. `reviewProject` looks for what is
 * allowed but unwise, and `checkProjectText` does both with the text of a file. `rotation.ts` names the periods in which
 * a user keeps one pseudonym. Pure.
 */

import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {type Parsed, toProblems} from '../values/problem.ts'
import {day, featureName, isOpenFeatureName, projectId, text} from '../values/scalars.ts'
import {sha256} from '../values/sha256.ts'
import {declarations} from './declaration.ts'

const hostAndPortPattern = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/
const datagramPattern = new RegExp(hostAndPortPattern.source.replace('^', '^udp://'))
/**
 * Names that already have a meaning for a system, a shell or a program. Nobody should set one of them to `false`, and
 * almost every value of them would be an opt-out. They are a list beside the pattern because every command compiles the
 * pattern.
 */
// biome-ignore format: a list of words
const takenVariables = [
  'HOME', 'USER', 'LOGNAME', 'SHELL', 'SHLVL', 'PWD', 'OLDPWD', 'IFS', 'ENV', 'BASH_ENV', 'TERM', 'LANG', 'LANGUAGE', 'TZ',
  'TMP', 'TEMP', 'TMPDIR', 'HOSTNAME', 'MAIL', 'EDITOR', 'PAGER', 'DISPLAY', 'CI', 'UID', 'EUID', 'PPID', 'PS1', 'PS2', 'PS3', 'PS4',
]
const variablePattern = /^(?!(?:LC|LD|DYLD|XDG|SSH|NODE|NPM|GIT)_|PYTHON|.*PATH$)[A-Z][A-Z0-9_]{0,63}$/
const notOwnVariable = 'must be a variable of this project only, in upper case, such as PARSL_TRACKING'
/** A day of every year: 29 February is none. */
const yearlyDayPattern =
  /^(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))$/
const retentionPattern = /^[1-9]\d{0,2}[dwmy]$/

function isCollectorUrl(input: string): boolean {
  try {
    const url = new URL(input)
    const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
    return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  } catch {
    return false
  }
}

/** The address of a folder: an absolute path without a host, `file:///shared/inbox`. */
const folderPattern = /^file:\/\/\/(?!\/)[^?#\u0000-\u001f\u007f]{1,1024}$/

function isFolderUrl(input: string): boolean {
  if (!folderPattern.test(input)) return false
  try {
    return !/[\u0000-\u001f\u007f]/.test(decodeURIComponent(input))
  } catch {
    return false
  }
}

/** The address of a folder for reports. */
export const folderAddressOr = (message: string) =>
  v.pipe(
    v.string(),
    v.check(isFolderUrl, message),
    v.description(
      'The folder to which reports are written, for machines without a network. It overrides http and udp.',
    ),
  )
const folderAddress = folderAddressOr('must be the address of a folder, such as file:///shared/inbox')

export interface Endpoint {
  readonly http: string | null
  readonly udp: string | null
  /** Absent if there is none: null would change the key of existing destinations. */
  readonly file?: string | undefined
}

/** The address of a collector. */
export const collectorAddress = v.pipe(
  v.string(),
  v.check(isCollectorUrl, 'must be an http or https address without user, query or fragment'),
  v.description('The address to which reports are posted, without /v1/reports.'),
)

const datagrams = v.pipe(
  v.string(),
  v.regex(datagramPattern, 'must be an address such as udp://usage.example.org:50077'),
  v.description('The address for datagrams.'),
)

const places = v.pipe(
  v.object({
    http: v.nullish(collectorAddress, null),
    udp: v.nullish(
      v.pipe(v.string(), v.regex(hostAndPortPattern, 'must be host:port'), v.description('The address for datagrams.')),
      null,
    ),
    file: v.optional(folderAddress),
  }),
  v.check(({http, udp, file}) => http !== null || udp !== null || file !== undefined, 'must contain http, udp or file'),
)

const endpoint = v.union(
  [
    v.pipe(
      folderAddress,
      v.transform((file): Endpoint => ({http: null, udp: null, file})),
    ),
    v.pipe(
      collectorAddress,
      v.transform((http): Endpoint => ({http, udp: null})),
    ),
    v.pipe(
      datagrams,
      v.transform((address): Endpoint => ({http: null, udp: address.slice('udp://'.length)})),
    ),
    places,
  ],
  'must be an address such as https://usage.example.org or http://127.0.0.1:8080 (also udp: and file:), or an object with http, udp or file',
)

/** What a collector may want to be shown with each report. Not a secret. */
export const writeKey = v.pipe(
  v.string(),
  v.regex(/^[!-~]{1,256}$/, 'must be a key of 1 to 256 visible ASCII characters'),
)

const identity = v.object({
  user: v.optional(v.boolean(), true),
  host: v.optional(v.boolean(), true),
  script: v.optional(v.boolean(), true),
  rotate: v.optional(v.picklist(['year', 'month', 'never'], 'must be year, month or never'), 'year'),
  /** Absent is 01-01: a default would change the version of existing projects. */
  yearBegins: v.optional(
    v.pipe(
      v.string(),
      v.regex(yearlyDayPattern, 'must be a day of every year as MM-DD, such as 07-01'),
      v.description('The first day (MM-DD) of the year in which users are counted exactly. Default: 01-01.'),
    ),
  ),
})

const features = v.object({
  types: v.optional(v.pipe(v.array(text(64)), v.maxLength(64)), ['Feature']),
  names: v.optional(v.pipe(v.array(featureName), v.maxLength(limits.maxDeclaredFeatures)), []),
  allowOther: v.optional(v.boolean(), false),
  details: v.optional(declarations, {}),
})

const flush = v.object({
  threshold: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)), 50),
  intervalSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7 * 86_400)), 3600),
})

const schedulers = v.object({
  mpi: v.optional(v.picklist(['rank-0', 'all'], 'must be rank-0 or all'), 'rank-0'),
  arrays: v.optional(v.picklist(['all'], 'must be all'), 'all'),
})

const milestone = v.object({date: day, label: text(64)})

const retentionTime = v.pipe(v.string(), v.regex(retentionPattern, 'must be a time such as 30d, 8w, 6m or 5y'))
const retention = v.object({features: v.optional(retentionTime, '1y'), runs: v.optional(retentionTime, '5y')})

/** What a project collects, why, and where it is sent: the allow-list of the sender and the collector. */
export const projectFile = v.object({
  $schema: v.optional(v.string()),
  project: v.pipe(projectId, v.description('The id of the project.')),
  name: v.optional(text(128)),
  application: v.optional(text(128)),
  contact: v.pipe(text(), v.description('The contact for questions about what is collected.')),
  purpose: v.pipe(
    v.array(text(), 'must be a list of sentences'),
    v.minLength(1, 'must contain at least one sentence'),
    v.maxLength(32, 'must contain at most 32 sentences'),
    v.description('The questions that the data answers.'),
  ),
  moreInfo: v.optional(text(512)),
  endpoint,
  writeKey: v.optional(writeKey),
  consent: v.optional(v.picklist(['opt-out', 'opt-in'], 'must be opt-out or opt-in'), 'opt-out'),
  environmentVariable: v.optional(
    v.pipe(v.string(), v.notValues(takenVariables, notOwnVariable), v.regex(variablePattern, notOwnVariable)),
  ),
  identity: v.optional(identity, {}),
  fields: v.optional(declarations, {}),
  features: v.optional(features, {}),
  flush: v.optional(flush, {}),
  ci: v.optional(v.picklist(['label', 'off'], 'must be label or off'), 'label'),
  schedulers: v.optional(schedulers, {}),
  /** Absent if there are none. */
  milestones: v.optional(
    v.pipe(
      v.array(milestone, 'must be a list of milestones'),
      v.maxLength(100, 'must contain at most 100 milestones'),
      v.description(
        'Days to mark in charts, such as {"date": "2026-03-01", "label": "2.0 released"}. They are not sent.',
      ),
    ),
  ),
  lostAfterHours: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24 * 366)), 48),
  retention: v.optional(retention, {}),
})

export type ProjectFile = Readonly<v.InferOutput<typeof projectFile>>

/** Reads a project file from parsed JSON and fills in the defaults. Pure; never throws. */
export function parseProjectFile(input: unknown): Parsed<ProjectFile> {
  const result = v.safeParse(projectFile, input)
  return result.success ? {ok: true, value: result.output} : {ok: false, problems: toProblems(result.issues)}
}

/** The name of a project for people; default: its id. */
export function displayName(project: ProjectFile): string {
  return project.name ?? project.project
}

/** Whether the reports of a project are written into a folder. A folder overrides http and udp. */
export function isForFolder({endpoint}: {readonly endpoint: Pick<Places, 'file'>}): boolean {
  return endpoint.file != null
}

/** Whether the events of a project are sent as datagrams: it has udp, but neither a folder nor http. */
export function isForDatagrams({endpoint}: {readonly endpoint: Places}): boolean {
  return !isForFolder({endpoint}) && endpoint.http === null && endpoint.udp !== null
}

/** The address to which reports go, for people. Null if there is none. */
export function addressOf({http, udp, file}: Places): string | null {
  return file ?? http ?? udp
}

/** An endpoint in a project file or in JSON output, where an absent folder is `null`. */
type Places = Pick<Endpoint, 'http' | 'udp'> & {readonly file?: string | null | undefined}

/** Whether a feature may be sent: its type is declared, and its name is declared or `allowOther` permits it. */
export function isDeclaredFeature(project: ProjectFile, type: string, name: string): boolean {
  if (!project.features.types.includes(type)) return false
  if (project.features.names.includes(name)) return true
  return project.features.allowOther && isOpenFeatureName(name)
}

/**
 * The version of what is collected and where it is sent: 8 hex digits that change with fields, features, identity,
 * endpoint and retention. An opt-in by `USAGE_CONSENT=<project>@<version>` and a notice are valid for one version.
 */
export function collectionVersion(project: ProjectFile): string {
  const known = versions.get(project)
  if (known !== undefined) return known
  const {fields, features: declared, retention: kept} = project
  const to = normalEndpoint(project)
  const ids = {...project.identity, yearBegins: otherThanJanuary(project.identity.yearBegins)}
  const version = shortHash(canonicalJson({fields, features: declared, identity: ids, endpoint: to, retention: kept}))
  versions.set(project, version)
  return version
}

/** A year that begins in January says what an absent value says. */
const otherThanJanuary = (yearBegins: string | undefined) => (yearBegins === '01-01' ? undefined : yearBegins)

/** A cache: consent, notice and sender ask for the version, and a parsed project file never changes. */
const versions = new WeakMap<ProjectFile, string>()

/** The key of a destination (project and endpoint): 8 hex digits that are part of its folder's name. */
export function destinationKey(project: ProjectFile): string {
  return shortHash(canonicalJson({project: project.project, endpoint: normalEndpoint(project)}))
}

/** The keys by which the folder of a destination may be called. Until 0.1.0, each way to write an address had its own. */
export const destinationKeys = (project: ProjectFile): readonly string[] => [
  destinationKey(project),
  shortHash(canonicalJson({project: project.project, endpoint: project.endpoint})),
]

/** The endpoint with one form of each address: a slash at its end or a capital in its host makes no other destination. */
function normalEndpoint({endpoint: to}: Pick<ProjectFile, 'endpoint'>): Endpoint {
  return to.http === null ? to : {...to, http: new URL(to.http).href.replace(/\/+$/, '')}
}

const shortHash = (content: string): string => sha256(content).slice(0, 8)

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
