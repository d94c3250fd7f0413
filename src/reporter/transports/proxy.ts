import {Agent as HttpAgent} from 'node:http'
import {Agent as HttpsAgent} from 'node:https'
import type {Environment} from '../world/environment.ts'

const proxyVariables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']

/** Whether the environment names a proxy for anything. */
export const namesProxy = (environment: Environment): boolean => proxyVariables.some(name => Boolean(environment[name]))

/**
 * The agents that go through the proxy which the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either
 * case), or null where it names none. Node's own proxies: from 22.21 and 24.5 on. An older Node throws instead of going
 * around a proxy that somebody has set on purpose.
 */
export function proxyAgents(environment: Environment): {http: HttpAgent; https: HttpsAgent} | null {
  if (!namesProxy(environment)) return null
  if (!hasProxies(process.versions.node)) throw new Error('a proxy is set, which needs Node.js 22.21, or 24.5 or newer')
  const proxyEnv = {...environment}
  return {http: new HttpAgent({proxyEnv}), https: new HttpsAgent({proxyEnv})}
}

/** Whether this version of Node.js has proxies in its agents. */
export function hasProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)
}
