import vendors from 'ci-info/vendors.json' with {type: 'json'}
import type {Environment} from './world.ts'

/** How ci-info describes what a vendor sets: one variable, several, one of several, or variables with values. */
type Sign = string | {env: string; includes: string} | {any: string[]} | Record<string, string>

/**
 * The CI system that this environment belongs to: a short lower-case id, `ci` for an unnamed one, null outside CI.
 *
 * The list of vendors is ci-info's; its own detection is not used, because it reads `process.env` when imported and
 * takes `BUILD_ID` or `RUN_ID` alone for CI, which batch jobs set too: a batch job is use.
 */
export function detectCi(environment: Environment): string | null {
  if (environment['CI'] === 'false') return null
  for (const vendor of vendors as {constant: string; env: Sign | Sign[]}[]) {
    const signs = Array.isArray(vendor.env) ? vendor.env : [vendor.env]
    if (signs.every(sign => isSet(environment, sign))) return vendor.constant.toLowerCase()
  }
  return ['true', '1'].includes((environment['CI'] ?? '').toLowerCase()) ? 'ci' : null
}

function isSet(environment: Environment, sign: Sign): boolean {
  if (typeof sign === 'string') return Boolean(environment[sign])
  if ('any' in sign && Array.isArray(sign.any)) return sign.any.some(name => Boolean(environment[name]))
  if ('includes' in sign) return (environment[sign['env'] ?? ''] ?? '').includes(sign['includes'] ?? '')
  return Object.entries(sign).every(([name, value]) => environment[name] === value)
}
