import {reach} from '../../fault-points.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Answer} from '../../protocol/report/answer.ts'
import type {Inbox} from '../../protocol/report/inbox.ts'
import {parseReport} from '../../protocol/report/report.ts'
import {routeProject} from '../projects/destination-here.ts'
import {readSitePolicy} from '../projects/site-policy.ts'
import type {KeptReason, SendResult, Transport} from '../transports/transport.ts'
import {toTime, type World} from '../world/world.ts'

/** What the forwarding of a folder came to, in events; `setAside` in files. */
export interface Forwarding {
  readonly sent: number
  /** Of these, the ones that the collector knew already. */
  readonly duplicates: number
  /** Events that the collector refuses; their files are set aside. */
  readonly refused: number
  /** Reports that lie there still, as far as this look went. */
  readonly kept: number
  readonly setAside: number
  /** Why reports are kept, or null. */
  readonly reason: KeptReason | 'site-policy' | 'no-time' | null
}

/** Reports that one forwarding looks at: hours of a large cluster. Names alone are held in memory. */
const maxReports = 100_000

export interface ForwardOptions {
  readonly inbox: Inbox
  /** Those whose reports are carried on, by HTTP; those of others stay where they are. */
  readonly projects: readonly ProjectFile[]
  readonly transport: Transport
  readonly signal: AbortSignal
}

/**
 * Sends the reports of a folder to the collectors of their projects, byte for byte, the oldest names first, and takes away
 * each that is confirmed. Killed between the two, it leaves a report that is sent again, whose events the collector knows.
 * What is no report, or is refused for good, is set aside. Never throws what the network throws.
 *
 * Those who laid them down have been asked there, each by their own rules; here the administrator alone may still say no.
 */
export async function forwardInbox(world: World, options: ForwardOptions): Promise<Forwarding> {
  const round = new ForwardRound(world, options)
  const names = options.inbox.list(maxReports)
  for (const [index, name] of names.entries()) {
    if (options.signal.aborted) round.reason = 'no-time'
    if (round.isStopped) {
      round.kept += names.length - index
      break
    }
    await round.forward(name)
  }
  const {sent, duplicates, refused, kept, setAside, reason} = round
  return {sent, duplicates, refused, kept, setAside, reason}
}

class ForwardRound {
  sent = 0
  duplicates = 0
  refused = 0
  kept = 0
  setAside = 0
  reason: Forwarding['reason'] = null
  private readonly world: World
  private readonly options: ForwardOptions

  /** Nothing gets through now, to anybody: what one report or one project has to itself does not hold up the others. */
  get isStopped(): boolean {
    return ['offline', 'timeout', 'busy', 'no-time'].includes(this.reason ?? '')
  }

  constructor(world: World, options: ForwardOptions) {
    this.world = world
    this.options = options
  }

  async forward(name: string): Promise<void> {
    const file = this.options.inbox.read(name)
    if (file.kind === 'gone') return
    if (file.kind === 'unreadable') return this.keep('sender-failed')
    if (file.kind === 'damaged') return this.putAside(name, file.why)
    const parsed = parseReport(parseJson(file.body))
    if (!parsed.ok) return this.putAside(name, 'it is no report')
    const project = this.options.projects.find(
      one => one.project === parsed.value.project && one.endpoint.http !== null,
    )
    if (project === undefined) return this.keep('project-unknown')
    const site = readSitePolicy(this.world.siteDirectory, project.project)
    if (site.no !== null) return this.keep('site-policy')
    // A site with an inbox alone carries its reports to the collector of the project.
    const to = site.route?.endpoint.http == null ? project : routeProject(project, site.route)
    const result = await this.options.transport({
      endpoint: to.endpoint.http ?? '',
      writeKey: to.writeKey ?? null,
      body: file.body,
      sentAt: toTime(this.world.now()),
      signal: this.options.signal,
    })
    const count = parsed.value.events.length + parsed.value.rejected.length
    reach('inbox: a report delivered')
    this.settle(name, result, count)
  }

  private settle(name: string, result: SendResult, count: number): void {
    if (result.kind === 'kept') this.keep(result.reason)
    else if (result.kind === 'answered') this.confirm(name, result.answer, count)
    else {
      this.refused += count
      this.putAside(name, `the collector answered ${result.status}`)
    }
  }

  /** An answer that does not add up to the events of the report confirms nothing. */
  private confirm(name: string, {accepted, duplicates, rejected}: Answer, count: number): void {
    if (accepted + duplicates + rejected.length !== count) {
      this.keep('server-error')
      return
    }
    this.sent += accepted + duplicates
    this.duplicates += duplicates
    this.refused += rejected.length
    if (rejected.length === 0) this.options.inbox.remove(name)
    else this.putAside(name, rejected.map(({index, message}) => `event ${index + 1}: ${message}`).join('\n'))
  }

  private keep(reason: NonNullable<Forwarding['reason']>): void {
    this.kept++
    this.reason = reason
  }

  /** A folder in which nothing can be moved keeps it: it is told, and looked at again. */
  private putAside(name: string, why: string): void {
    try {
      this.options.inbox.setAside(name, why)
      this.setAside++
    } catch {
      this.keep('sender-failed')
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
