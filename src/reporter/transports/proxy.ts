import {Agent as HttpAgent} from 'node:http'
import {Agent as HttpsAgent} from 'node:https'
import {BlockList, isIP, isIPv6} from 'node:net'
import type {Environment} from '../world/environment.ts'

/** The variables that name a proxy for a scheme, the first that is set counts. Source: the manual of curl. */
const proxyVariables = {
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
} as const
/** The port of a proxy that is named without one, as curl has it. */
const defaultProxyPort = '1080'

/** Whether the environment names a proxy for anything. */
export const namesProxy = (environment: Environment): boolean =>
  Object.values(proxyVariables).some(names => names.some(name => Boolean(environment[name])))

/**
 * The agents by which an address is reached: through the proxy that the environment names for it, else directly.
 *
 * The variables are read as curl reads them: in lower case first, a proxy without a scheme speaks HTTP, `NO_PROXY` has
 * hosts, domains, addresses and CIDR blocks. Throws where a proxy is set that cannot be used (a scheme other than HTTP and
 * HTTPS, a Node.js before 22.21 and 24.5): nobody goes around a proxy that was set on purpose.
 */
export function agentsFor(url: string, environment: Environment): {http: HttpAgent; https: HttpsAgent} {
  const proxy = proxyOf(new URL(url), environment)
  if (proxy === null) return {http: new HttpAgent(), https: new HttpsAgent()}
  if (!hasProxies(process.versions.node)) throw new Error('a proxy is set, which needs Node.js 22.21, or 24.5 or newer')
  const proxyEnv = {http_proxy: proxy, https_proxy: proxy}
  return {http: new HttpAgent({proxyEnv}), https: new HttpsAgent({proxyEnv})}
}

/** The address of the proxy for a URL, or null. Throws an error that names the variable, never its value. */
export function proxyOf(url: URL, environment: Environment): string | null {
  const name = proxyVariableOf(url, environment)
  if (name === null || isExcludedFromProxy(url, environment)) return null
  const value = environment[name]?.trim() ?? ''
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const proxy = URL.parse(written)
  if (proxy === null || proxy.hostname === '') throw new Error(`${name} is no address of a proxy`)
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')
    throw new Error(`${name} must name an HTTP proxy: ${proxy.protocol}// is not supported`)
  if (proxy.port === '' && proxy.protocol === 'http:' && !/:80\/*$/.test(written)) proxy.port = defaultProxyPort
  return proxy.href
}

/** The variable that names a proxy for a URL, or null: `NO_PROXY` may exclude the URL all the same. */
export function proxyVariableOf(url: URL, environment: Environment): string | null {
  const names = proxyVariables[url.protocol as keyof typeof proxyVariables] ?? []
  return names.find(one => Boolean(environment[one])) ?? null
}

/** Whether `NO_PROXY` excludes a URL. */
export const isExcludedFromProxy = (url: URL, environment: Environment): boolean =>
  isExcluded(url, environment['no_proxy'] || environment['NO_PROXY'] || '')

/** Whether a list of `NO_PROXY`, separated by commas and blanks, excludes the host of a URL. */
function isExcluded({hostname, port, protocol}: URL, list: string): boolean {
  const host = withoutBrackets(hostname).replace(/\.$/, '').toLowerCase()
  const ownPort = port || (protocol === 'https:' ? '443' : '80')
  return list.split(/[\s,]+/).some(entry => entry !== '' && matches(entry.toLowerCase(), host, ownPort))
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, withPort, entryPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  if (entryPort !== undefined && entryPort !== port) return false
  const name = withoutBrackets(withPort ?? entry).replace(/^\.|\.$/g, '')
  if (isIP(host) !== 0) return name === host || isInBlock(name, host)
  return name !== '' && (host === name || host.endsWith(`.${name}`))
}

/** Whether an address lies in `address` or `address/prefix`, for both families. */
function isInBlock(entry: string, host: string): boolean {
  const [network = '', prefix] = entry.split('/')
  const family = isIPv6(network) ? 'ipv6' : 'ipv4'
  const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix)
  if (isIP(network) === 0 || isIP(network) !== isIP(host)) return false
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 'ipv6' ? 128 : 32)) return false
  const block = new BlockList()
  block.addSubnet(network, bits, family)
  return block.check(host, family)
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '')

/** Whether this version of Node.js has proxies in its agents. */
export function hasProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)
}
