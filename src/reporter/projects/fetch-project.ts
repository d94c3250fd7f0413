import {lookup as systemLookup} from 'node:dns'
import {isIP, type LookupFunction} from 'node:net'
import {UsageError} from '../../errors.ts'
import {limits} from '../../protocol/values/limits.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {getText} from '../transports/http.ts'
import {namesProxy} from '../transports/proxy.ts'
import type {Environment} from '../world/environment.ts'
import {isPublicAddress} from './public-address.ts'

const maxRedirects = 3
const defaultTimeoutSeconds = 10

/** What a fetch takes of the world. */
export interface FetchRules {
  readonly environment: Environment
  /** Which addresses may be connected to; by default public ones. */
  readonly isAllowedAddress?: (address: string) => boolean
  /** How names become addresses; by default as the system says. */
  readonly lookup?: LookupFunction
  /** For everything, redirects included; 10 if not said. */
  readonly timeoutSeconds?: number
}

/**
 * Fetches the text of a project file by HTTPS: 1 MiB and 10 seconds at most, three redirects at most, each of them under
 * the same rules. Connects to public addresses only, and to none but those that have been checked: a name is looked up
 * once for each connection. Goes by no proxy, because what a proxy connects to cannot be checked.
 *
 * Throws `USAGE_PROJECT_URL_REFUSED` for an address that is not allowed, `USAGE_PROJECT_FILE_UNREADABLE` when it does not
 * give a text.
 */
export async function fetchProjectText(address: string, rules: FetchRules): Promise<string> {
  if (namesProxy(rules.environment)) throw refusal('must not use a proxy, but the environment sets one')
  const signal = AbortSignal.timeout((rules.timeoutSeconds ?? defaultTimeoutSeconds) * 1000)
  let url = checkUrl(address, undefined, rules)
  for (let redirects = 0; ; redirects++) {
    const {status, body, location} = await getChecked(url, rules, signal)
    if (status === 200) return body
    if (status < 300 || status > 399 || location === null) throw unreadable(url, `it answered ${status}`)
    if (redirects === maxRedirects) throw unreadable(url, `it redirected more than ${maxRedirects} times`)
    url = checkUrl(location, url.href, rules)
  }
}

function checkUrl(address: string, base: string | undefined, rules: FetchRules): URL {
  const url = URL.canParse(address, base) ? new URL(address, base) : null
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw refusal(`must be an https address without a user name, got ${describeValue(withoutUser(address))}`)
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !isAllowed(literal, rules)) throw notPublic(url, literal)
  return url
}

/** A name and a password in an address are not shown: errors are logged, and pasted into reports. */
const withoutUser = (address: string): string => address.replace(/\/\/.*@/s, '//…@')

const isAllowed = (address: string, {isAllowedAddress = isPublicAddress}: FetchRules): boolean =>
  isAllowedAddress(address)

async function getChecked(url: URL, rules: FetchRules, signal: AbortSignal) {
  let refused: UsageError | null = null
  const lookup = checkingLookup(rules, found => {
    refused = notPublic(url, found)
    return refused
  })
  try {
    return await getText(url.href, {lookup, maxBytes: limits.maxProjectFileBytes, signal})
  } catch (error) {
    if (refused !== null) throw refused
    throw unreadable(url, signal.aborted ? 'it took too long' : error instanceof Error ? error.message : String(error))
  }
}

/**
 * A lookup that gives addresses only when each of them is allowed. The connection is made to what it gives, so that a name
 * that has another address the next time (DNS rebinding) gains nothing.
 */
function checkingLookup(rules: FetchRules, refuse: (address: string) => Error): LookupFunction {
  const resolve = rules.lookup ?? (systemLookup as LookupFunction)
  return (hostname, options, callback) => {
    resolve(hostname, {...options, all: true}, (error, found) => {
      if (error !== null) return callback(error, '')
      const addresses = Array.isArray(found) ? found : [{address: found, family: isIP(found)}]
      const wrong = addresses.find(({address}) => !isAllowed(address, rules))
      const [first] = addresses
      if (wrong !== undefined || first === undefined) callback(refuse(wrong?.address ?? 'no address'), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

const refusal = (message: string): UsageError => new UsageError('USAGE_PROJECT_URL_REFUSED', message)

const notPublic = (url: URL, address: string): UsageError =>
  refusal(`must be a public address, got ${describeValue(address)} for ${describeValue(url.hostname)}`)

const unreadable = (url: URL, came: string): UsageError =>
  new UsageError(
    'USAGE_PROJECT_FILE_UNREADABLE',
    `cannot read a project file at ${describeValue(url.href)}: ${toPlainText(came)}`,
    {
      next: 'Check the address, or download the file and add it.',
    },
  )
