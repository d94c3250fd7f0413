import {isIP} from 'node:net'
import {hostname} from 'node:os'
import {UsageError} from '../../../../errors.ts'
import {describeValue} from '../../../../protocol/values/problem.ts'
import type {Projects} from '../../../intake/projects.ts'

/** What the check of a host has to know. */
export interface HostRule {
  /** The names of `--host`. Empty: the names that the collector knows from its machine and its project files. */
  readonly names: readonly string[]
  readonly projects: Projects
}

/**
 * Requires that a request is addressed to a name of this collector. Otherwise a page of somebody else could make a
 * browser read this collector, by a name of its own that it suddenly resolves to this address (DNS rebinding). An
 * address is no such name. Throws a `UsageError` USAGE_HOST_UNKNOWN.
 */
export function requireKnownHost(host: string | undefined, {names, projects}: HostRule): void {
  const name = nameOf(host)
  if (name === null || isOwnAddress(name)) return
  if (names.length > 0 ? names.some(one => nameOf(one) === name) : isOwnName(name, projects)) return
  throw new UsageError('USAGE_HOST_UNKNOWN', `this collector has no name ${describeValue(name)}`)
}

/** The name in a `Host` header: lower case, without port, brackets and the dot at the end. Null if there is none. */
function nameOf(host: string | undefined): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec((host ?? '').trim()) ?? []
  const name = (bracketed ?? plain ?? host ?? '').toLowerCase().replace(/\.$/, '')
  return name === '' ? null : name
}

const isOwnAddress = (name: string): boolean => isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')

function isOwnName(name: string, projects: Projects): boolean {
  if (name === hostname().toLowerCase()) return true
  for (const {endpoint} of projects.values())
    if (endpoint.http !== null && new URL(endpoint.http).hostname === name) return true
  return false
}
