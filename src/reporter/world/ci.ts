import vendors from 'ci-info/vendors.json' with {type: 'json'}
import type {Environment} from './environment.ts'

/** How ci-info describes what a vendor sets: a variable, a part of its value, one of several, or variables with values. */
export type CiSign = string | {env: string; includes: string} | {any: string[]} | Record<string, string>

/** Every CI system that is known: its short lower-case id, and signs that all have to be there. */
export const ciVendors: readonly {readonly id: string; readonly signs: readonly CiSign[]}[] = (
  vendors as {constant: string; env: CiSign | CiSign[]}[]
).map(({constant, env}) => ({id: constant.toLowerCase(), signs: Array.isArray(env) ? env : [env]}))

/**
 * The CI system that this environment belongs to: a short lower-case id, `ci` for an unnamed one, null outside CI.
 *
 * The list of vendors is ci-info's; its own detection is not used, because it reads `process.env` when imported and
 * takes `BUILD_ID` or `RUN_ID` alone for CI, which batch jobs set too: a batch job is use.
 */
export function detectCi(environment: Environment): string | null {
  if (environment['CI'] === 'false') return null
  for (const {id, signs} of ciVendors) if (signs.every(sign => isSet(environment, sign))) return id
  return ['true', '1'].includes((environment['CI'] ?? '').toLowerCase()) ? 'ci' : null
}

function isSet(environment: Environment, sign: CiSign): boolean {
  if (typeof sign === 'string') return Boolean(environment[sign])
  if ('any' in sign && Array.isArray(sign.any)) return sign.any.some(name => Boolean(environment[name]))
  if ('includes' in sign) return (environment[sign['env'] ?? ''] ?? '').includes(sign['includes'] ?? '')
  return Object.entries(sign).every(([name, value]) => environment[name] === value)
}
