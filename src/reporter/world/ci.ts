import vendors from 'ci-info/vendors.json' with {type: 'json'}
import type {Environment} from './environment.ts'
import {isThere, noes, type Sign} from './sign.ts'

/** A CI system: all signs have to be there, and `CI` has to say yes where the signs are words that anybody may set. */
export interface CiVendor {
  readonly id: string
  readonly signs: readonly Sign[]
  readonly needsCi: boolean
}

/**
 * Values that only one vendor sets, so that they count without `CI`, which these vendors do not set. Source: the manuals of
 * the vendors, as of 2026-11.
 */
const values: readonly (readonly [id: string, signs: Readonly<Record<string, string>>])[] = [
  ['azure_pipelines', {TF_BUILD: 'True'}],
  ['codebuild', {CODEBUILD_BUILD_ARN: 'arn:*'}],
  ['jenkins', {JENKINS_URL: 'http*', BUILD_ID: '?*'}],
  ['hudson', {HUDSON_URL: 'http*', BUILD_ID: '?*'}],
  ['teamcity', {TEAMCITY_VERSION: '*(build *'}],
  ['bamboo', {bamboo_planKey: '*-*', bamboo_buildResultsUrl: 'http*'}],
  ['taskcluster', {TASKCLUSTER_ROOT_URL: 'http*', TASK_ID: '?*'}],
  ['gocd', {GO_SERVER_URL: 'http*', GO_PIPELINE_LABEL: '?*'}],
  ['google_cloud_build', {BUILDER_OUTPUT: '/builder/*'}],
  ['codeship', {CI_NAME: 'codeship'}],
  ['sourcehut', {CI_NAME: 'sourcehut'}],
  ['woodpecker', {CI: 'woodpecker'}],
]

/** How ci-info describes what a vendor sets: a variable, a part of its value, one of several, or variables with values. */
type VendorSign = string | {env: string; includes: string} | {any: string[]} | Record<string, string>

/** Every CI system that is known, the first whose signs are there counts. The words are those of ci-info. */
export const listCiVendors = (): readonly CiVendor[] => [
  ...listByValue(),
  ...(vendors as {constant: string; env: VendorSign | VendorSign[]}[]).flatMap(({constant, env}) =>
    alternativesOf(Array.isArray(env) ? env : [env]).map(signs => ({
      id: constant.toLowerCase(),
      signs,
      needsCi: true,
    })),
  ),
]

const listByValue = (): CiVendor[] => values.map(([id, signs]) => ({id, signs: signsOf(signs), needsCi: false}))

function signsOf(signs: Readonly<Record<string, string>>): Sign[] {
  return Object.entries(signs).map(([variable, pattern]) => ({variable, pattern}))
}

/** Signs of which all have to be there; several lists where a vendor sets one of several variables. */
function alternativesOf(signs: readonly VendorSign[]): (readonly Sign[])[] {
  const [first] = signs
  if (typeof first === 'object' && 'any' in first && Array.isArray(first.any))
    return first.any.map(variable => [{variable, pattern: '*'}])
  return [signs.flatMap(toSigns)]
}

function toSigns(sign: VendorSign): Sign[] {
  if (typeof sign === 'string') return [{variable: sign, pattern: '*'}]
  if ('includes' in sign) return [{variable: sign['env'] ?? '', pattern: `*${sign['includes']}*`}]
  return signsOf(sign as Record<string, string>)
}

export interface Ci {
  /** A short lower-case id; `ci` for a system that only says `CI=true`. */
  readonly id: string
  /** Whether it is certainly a CI system. `CI=true` alone labels a run, and opens nothing: people set it as well. */
  readonly isRecognised: boolean
}

/**
 * The CI system that this environment belongs to, or null. `0`, `false`, `no` and `off` are no, and `CI` with one of them
 * overrides every other sign.
 *
 * ci-info's own detection is not used: it reads `process.env` when imported and takes a word such as `RENDER=opengl` or
 * `TASK_ID` for CI.
 */
export function detectCi(environment: Environment): Ci | null {
  const ci = environment['CI']?.toLowerCase() ?? ''
  if (noes.includes(ci)) return null
  const isYes = yeses.includes(ci)
  // The long list is made only where its words count.
  const known = isYes ? listCiVendors() : listByValue()
  const vendor = known.find(({signs}) => signs.every(one => isThere(environment, one)))
  if (vendor !== undefined) return {id: vendor.id, isRecognised: true}
  return isYes ? {id: 'ci', isRecognised: false} : null
}

const yeses = ['true', '1', 'yes', 'on']
