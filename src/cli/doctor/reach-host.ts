import {execFile} from 'node:child_process'
import type {LookupAddress} from 'node:dns'
import {connect, isIP, type LookupFunction} from 'node:net'
import {promisify} from 'node:util'
import {unlessAborted} from '../../reporter/transports/unless-aborted.ts'
import {type Finding, messageOf, ok, problem} from './finding.ts'

/** Milliseconds for one link. */
const linkMilliseconds = 4000

export interface Reached {
  readonly findings: readonly Finding[]
  /** The addresses of a host; empty if it cannot be reached. */
  readonly addresses: readonly LookupAddress[]
}

const noNetwork = 'On machines without a network, use a folder as the endpoint: docs/inbox.md.'

/** Looks up a host as a sender does. Ends with the signal; never throws. */
export async function lookUp(host: string, signal: AbortSignal): Promise<Reached> {
  const name = withoutBrackets(host)
  const family = isIP(name)
  if (family !== 0) return {findings: [], addresses: [{address: name, family}]}
  try {
    const {code, message, addresses} = await within(signal, ends => lookUpApart(name, ends))
    if (code === undefined) {
      const list = addresses.map(({address}) => address).join(', ')
      return {findings: [ok('dns', `${name} is ${list}.`)], addresses}
    }
    if (code !== 'ENOTFOUND') throw new Error(message)
    const next = `Check the host name, and the network of this machine. ${noNetwork}`
    return {findings: [problem('dns', `No host has the name ${name}.`, next)], addresses: []}
  } catch (error) {
    const next = `Check the name servers of this machine (/etc/resolv.conf). ${noNetwork}`
    const what = `The name ${name} cannot be looked up: ${messageOf(error)}.`
    return {findings: [problem('dns', what, next)], addresses: []}
  }
}

interface LookedUp {
  readonly code?: string
  readonly message?: string
  readonly addresses: readonly LookupAddress[]
}

const program = `require('node:dns').lookup(process.argv[1], {all: true}, (error, addresses) => {
  console.log(JSON.stringify({code: error?.code, message: error?.message, addresses}))
})`

/** In a process of its own, which can be killed: a hanging name lookup would prevent this process from exiting. */
async function lookUpApart(name: string, signal: AbortSignal): Promise<LookedUp> {
  const options = {signal, killSignal: 'SIGKILL'} as const
  const {stdout} = await promisify(execFile)(process.execPath, ['-e', program, name], options)
  return JSON.parse(stdout) as LookedUp
}

/** A host to connect to. `proxyVariable`: the variable that names it, if it is a proxy. */
export interface Hop {
  readonly host: string
  readonly port: number
  readonly proxyVariable: string | null
}

/** Connects to a host that was looked up, and closes the connection. Ends with the signal; never throws. */
export async function connectTo(
  {host, port, proxyVariable}: Hop,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<Finding> {
  const known: LookupFunction = (_name, _options, answer) => answer(null, [...addresses])
  const socket = connect({host: withoutBrackets(host), port, autoSelectFamily: true, lookup: known})
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.on('error', reject)
  })
  try {
    await within(signal, () => connected)
    return ok('tcp', `${host}:${port} accepts connections.`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
      const next =
        proxyVariable === null
          ? 'Check the port in the endpoint, and that `usage collect` runs there.'
          : `Check the address of the proxy in ${proxyVariable}, or exclude the host of the collector by NO_PROXY.`
      return problem('tcp', `${host}:${port} refuses connections.`, next)
    }
    const next = `A firewall may block the way. If your site has a proxy, set HTTPS_PROXY. ${noNetwork}`
    return problem('tcp', `${host}:${port} does not answer: ${messageOf(error)}.`, next)
  } finally {
    socket.destroy()
  }
}

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '')

/** The result of some work within the time for one link. */
async function within<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(linkMilliseconds)])
  const since = performance.now()
  try {
    return await unlessAborted(ends, work(ends))
  } catch (error) {
    if (!ends.aborted) throw error
    throw new Error(`no answer in ${Math.max(1, Math.round((performance.now() - since) / 1000))} s`, {cause: error})
  }
}
