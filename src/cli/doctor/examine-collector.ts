import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {getJson, tryReport} from '../../reporter/transports/http.ts'
import {hasProxies, isExcludedFromProxy, proxyOf, proxyVariableOf} from '../../reporter/transports/proxy.ts'
import type {Environment} from '../../reporter/world/environment.ts'
import {toTime, type World} from '../../reporter/world/world.ts'
import {type Finding, messageOf, ok, problem} from './finding.ts'
import {connectTo, type Hop, lookUp} from './reach-host.ts'
import {readClock, readFailure, readTrial, type WriteKeyPlace} from './read-trial.ts'
import {sampleReport} from './sample-report.ts'

interface Question {
  readonly http: string
  readonly project: ProjectFile | null
  readonly key: WriteKeyPlace
  readonly signal: AbortSignal
}

/** Checks the way to a collector, link by link, and tries one report. Ends at the first broken link. Never throws. */
export async function examineCollector(world: World, question: Question): Promise<Finding[]> {
  const url = new URL(question.http)
  const way = findWay(url, world.environment)
  const findings = [way.finding]
  if (way.hop === null) return findings
  const {findings: ofName, addresses} = await lookUp(way.hop.host, question.signal)
  findings.push(...ofName)
  if (addresses.length === 0) return findings
  const connected = await connectTo(way.hop, addresses, question.signal)
  findings.push(connected)
  if (connected.status !== 'ok') return findings
  return [...findings, ...(await ask(world, url, question))]
}

interface Way {
  readonly finding: Finding
  /** The host to connect to: the proxy or the collector. Null if the proxy cannot be used. */
  readonly hop: Hop | null
}

const tooOldForProxies = problem(
  'proxy',
  'A proxy is set, which requires Node.js 22.21, or 24.5 or newer. Nothing is sent.',
  'Install a newer Node.js, or exclude the host of the collector by NO_PROXY.',
)

/** How the sender reaches an address. The credentials of a proxy are not shown. */
function findWay(url: URL, environment: Environment): Way {
  const variable = proxyVariableOf(url, environment)
  try {
    const written = proxyOf(url, environment)
    if (written !== null && !hasProxies(process.versions.node)) return {finding: tooOldForProxies, hop: null}
    if (written !== null) {
      const proxy = new URL(written)
      const what = `The proxy ${proxy.hostname}:${portOf(proxy)} is used, as ${variable} says.`
      return {finding: ok('proxy', what), hop: {host: proxy.hostname, port: portOf(proxy), proxyVariable: variable}}
    }
  } catch (error) {
    const next = `Set ${variable} to an address such as http://proxy.example.org:3128, or exclude the host by NO_PROXY.`
    return {finding: problem('proxy', `The proxy cannot be used: ${messageOf(error)}.`, next), hop: null}
  }
  const isExcluded = variable !== null && isExcludedFromProxy(url, environment)
  const what = isExcluded ? `No proxy is used: NO_PROXY excludes ${url.hostname}.` : 'No proxy is used.'
  return {finding: ok('proxy', what), hop: {host: url.hostname, port: portOf(url), proxyVariable: null}}
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80))

async function ask(world: World, url: URL, {http, project, key, signal}: Question): Promise<Finding[]> {
  if (project === null) return askIfReady(world, http, signal)
  const report = sampleReport(world, project)
  if (report === null) return []
  const since = performance.now()
  const sentAt = toTime(world.now())
  const writeKey = project.writeKey ?? null
  const trial = await tryReport(world.environment, {endpoint: http, writeKey, body: report.body, sentAt, signal})
  const halfWay = (performance.now() - since) / 2
  const clock = trial.kind === 'response' ? readClock(trial.response.date, world.now() - halfWay) : []
  return [
    ...readTrial(trial, {url, project, key, report, extraCertificates: world.environment['NODE_EXTRA_CA_CERTS']}),
    ...clock,
  ]
}

/** Asks a collector, without a project, whether it is ready. */
async function askIfReady(world: World, http: string, signal: AbortSignal): Promise<Finding[]> {
  const url = new URL(`${http.replace(/\/+$/, '')}/readyz`)
  try {
    const {status, body} = await getJson(url.href, {token: null, environment: world.environment, signal})
    if (status === 200 && isReady(body))
      return [ok('ready', 'The collector is ready.', 'To try a report too: --project-file FILE.')]
    const what = `The answer to ${url.href} (status ${status}) does not say that a collector is ready.`
    return [problem('ready', what, 'Check the address, the path in it, and the log of the collector.')]
  } catch (error) {
    const {code = null} = error as {code?: string}
    const failure = {kind: 'failure', code, message: messageOf(error), isTimeout: signal.aborted} as const
    return readFailure(failure, {url, extraCertificates: world.environment['NODE_EXTRA_CA_CERTS']})
  }
}

function isReady(body: string): boolean {
  try {
    return (JSON.parse(body) as {status?: unknown} | null)?.status === 'ready'
  } catch {
    return false
  }
}
