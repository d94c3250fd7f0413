import {resolve} from 'node:path'
import {protocolVersion} from '../../protocol/report/report.ts'
import {limits} from '../../protocol/values/limits.ts'
import {collectorLimits} from '../limits.ts'
import {packageVersion} from './version.ts'

/** What a collector was told. Secrets are in files, and not among the options. */
export interface StartOptions {
  readonly projectsDirectory: string
  readonly dataDirectory: string
  /** A store that is not in the data folder, without its password. Null: it is in there. */
  readonly store?: string | null
  readonly inbox?: unknown
  readonly parsl?: string | null
  readonly mantid?: string | null
  readonly pages?: unknown
  readonly minFreeBytes?: number | null
  readonly isClockTrusted?: boolean
  readonly front?: {readonly hosts?: readonly string[]; readonly basePath?: string; readonly isProxy?: unknown}
}

export interface Addresses {
  readonly http: string
  /** The address of `/metrics`. */
  readonly admin: string | null
  readonly udp: {readonly address: string; readonly receiveBufferBytes: number} | null
}

/** The whole effective configuration of a collector, for the first line of its log. */
export function describeStart(options: StartOptions, projects: readonly string[], {http, admin, udp}: Addresses) {
  const {
    inbox = null,
    parsl = null,
    mantid = null,
    pages,
    minFreeBytes = null,
    isClockTrusted = false,
    front = {},
  } = options
  return {
    version: packageVersion(),
    protocol: protocolVersion,
    node: process.version,
    http,
    admin,
    udp: udp && {address: udp.address, receiveBufferBytes: udp.receiveBufferBytes},
    inbox: inbox !== null,
    data: resolve(options.dataDirectory),
    store: options.store ?? null,
    projectsFrom: resolve(options.projectsDirectory),
    projects,
    parsl,
    mantid,
    hasPages: pages !== undefined,
    isClockTrusted,
    hosts: front.hosts ?? [],
    basePath: front.basePath ?? '',
    trustsProxy: front.isProxy !== undefined,
    limits: {...limits, ...collectorLimits, ...(minFreeBytes !== null && {minFreeBytes, minFreeShare: 0})},
  }
}
