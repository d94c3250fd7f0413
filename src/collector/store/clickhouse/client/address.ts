import {UsageError} from '../../../../errors.ts'

/** Where a store on ClickHouse is. */
export interface ClickHouseAddress {
  /** The HTTP addresses of servers, without user and password. Each of them can answer everything. */
  readonly urls: readonly string[]
  readonly user: string
  readonly password: string
  /** Letters, digits and underscores. */
  readonly database: string
  /** The cluster whose shards have the data. Null: one server has all of it. */
  readonly cluster: string | null
  /** Whether tables are replicated. Null: they are if a shard of the cluster has several replicas. */
  readonly isReplicated: boolean | null
}

const form = /^clickhouse(s?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([^/?#]*)(?:\?([^#]*))?$/
const hostForm = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/
const databaseForm = /^[A-Za-z_]\w{0,63}$/
const clusterForm = /^[\w.-]{1,64}$/
const keys = ['cluster', 'secure', 'replicated']

/** Whether a text is meant as the address of a store on ClickHouse. */
export const isClickHouseAddress = (text: string): boolean => /^clickhouses?:/i.test(text)

/**
 * Reads `clickhouse://user:password@host:8123,host2:8123/database?cluster=NAME`. With `clickhouses:` or `secure=1`, servers
 * are reached by HTTPS. `replicated=1` makes replicated tables also where each shard has one replica. User and password
 * are percent-encoded. Pure. Throws a `UsageError` USAGE_STORE_ADDRESS_INVALID, which never contains the password.
 */
export function parseAddress(text: string): ClickHouseAddress {
  const found = form.exec(text)
  if (found === null) throw invalid('it must have hosts and a database')
  const [, secure, login = '', hosts = '', database = '', query = ''] = found
  const [user = '', password = ''] = splitLogin(login).map(decode)
  const parameters = new URLSearchParams(query)
  for (const key of parameters.keys()) if (!keys.includes(key)) throw invalid(`it has the unknown parameter ${key}`)
  if (!databaseForm.test(database)) throw invalid(`the database must have letters, digits and underscores`)
  const cluster = parameters.get('cluster')
  if (cluster !== null && !clusterForm.test(cluster)) throw invalid('the name of the cluster is invalid')
  const isReplicated = readSwitch(parameters, 'replicated')
  if (isReplicated === true && cluster === null) throw invalid('replicated=1 needs a cluster')
  const isSecure = readSwitch(parameters, 'secure') ?? secure === 's'
  return {
    urls: hosts.split(',').map(host => urlOf(host, isSecure)),
    user: user === '' ? 'default' : user,
    password,
    database,
    cluster,
    isReplicated,
  }
}

/** The address as people may see it: without user and password. Pure. */
export function describeAddress({urls, database, cluster}: ClickHouseAddress): string {
  const isSecure = urls[0]!.startsWith('https:')
  const hosts = urls.map(url => url.replace(/^https?:\/\//, '')).join(',')
  return `clickhouse${isSecure ? 's' : ''}://${hosts}/${database}${cluster === null ? '' : `?cluster=${cluster}`}`
}

function splitLogin(login: string): readonly string[] {
  const colon = login.indexOf(':')
  return colon === -1 ? [login] : [login.slice(0, colon), login.slice(colon + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('user and password must be percent-encoded')
  }
}

function readSwitch(parameters: URLSearchParams, key: string): boolean | null {
  const value = parameters.get(key)
  if (value !== null && value !== '0' && value !== '1') throw invalid(`${key} must be 0 or 1`)
  return value === null ? null : value === '1'
}

function urlOf(host: string, isSecure: boolean): string {
  if (!hostForm.test(host)) throw invalid('each host must be NAME or NAME:PORT, separated by commas')
  const port = /:\d+$/.test(host) ? '' : isSecure ? ':8443' : ':8123'
  return `${isSecure ? 'https' : 'http'}://${host}${port}`
}

const invalid = (why: string): UsageError =>
  new UsageError('USAGE_STORE_ADDRESS_INVALID', `the address of the store is invalid: ${why}`)
