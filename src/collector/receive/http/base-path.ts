import {UsageError} from '../../../errors.ts'
import {describeValue} from '../../../protocol/values/problem.ts'

/** The first parts of the addresses that a collector has itself. A base path with one of them could not be told apart. */
const ownParts = ['projects', 'badge', 'v1', 'api', 'healthz', 'readyz', 'version', 'openapi.json', 'favicon.ico']

/**
 * Reads the path below which a collector is reached: `/usage`, also written `usage/`. The root of a host is empty. Throws
 * a `UsageError` USAGE_WRONG_USE.
 */
export function readBasePath(written: string): string {
  const path = written.replace(/^\/+|\/+$/g, '')
  if (path === '') return ''
  const parts = path.split('/')
  const isValid = parts.every(part => /^[\w.~-]+$/.test(part) && part !== '.' && part !== '..')
  if (!isValid || ownParts.includes(parts[0]!))
    throw new UsageError('USAGE_WRONG_USE', `--base-path: must be a path such as /usage, got ${describeValue(written)}`)
  return `/${path}`
}

/**
 * Removes the base path from the address of a request. An address without it stays as it is: then a proxy has removed it,
 * or the request comes from this machine.
 */
export function removeBasePath(address: string, base: string): string {
  if (base === '' || !address.startsWith(base)) return address
  const rest = address.slice(base.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : address
}
