import {addressOf, isForDatagrams, isForFolder, type ProjectFile} from '../../protocol/project/project-file.ts'
import type {World} from '../../reporter/world/world.ts'
import {examineCollector} from './examine-collector.ts'
import {examineInbox} from './examine-inbox.ts'
import {type Finding, ok, problem} from './finding.ts'
import {lookUp} from './reach-host.ts'
import type {WriteKeyPlace} from './read-trial.ts'

export interface EndpointQuestion {
  readonly endpoint: ProjectFile['endpoint']
  /** The project whose report is tried; null for an endpoint alone. */
  readonly project: ProjectFile | null
  readonly key: WriteKeyPlace
  readonly signal: AbortSignal
}

/** Checks the way to an endpoint of any kind. Never throws. */
export async function examineEndpoint(world: World, question: EndpointQuestion): Promise<Finding[]> {
  const {endpoint, signal} = question
  if (isForFolder({endpoint})) return [examineInbox(endpoint.file ?? '')]
  if (isForDatagrams({endpoint})) return examineDatagrams(endpoint.udp ?? '', signal)
  if (endpoint.http !== null) return examineCollector(world, {...question, http: endpoint.http})
  return [problem('endpoint', `There is no address: ${addressOf(endpoint)}.`, 'Set endpoint in the project file.')]
}

/** Nothing answers a datagram: the name is all that can be checked from here. */
async function examineDatagrams(address: string, signal: AbortSignal): Promise<Finding[]> {
  const host = new URL(`udp://${address}`).hostname
  const {findings, addresses} = await lookUp(host, signal)
  if (addresses.length === 0) return [...findings]
  const what = `Datagrams go to ${address}. Nothing confirms that they arrive, and none was sent now.`
  return [...findings, ok('datagrams', what, 'Compare the runs in usage stats with those that you know.')]
}
