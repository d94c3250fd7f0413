/**
 * Room `receive`: the three ways into a collector, HTTP (this folder), UDP (`../udp/`) and a folder (`../inbox.ts`).
 *
 * Each reads within the limits of `src/protocol/values/limits.ts` and passes the result to the room `intake`. HTTP answers
 * only after the events are on disk. None logs or stores an address. All bodies share one budget of memory
 * (`body/body-budget.ts`), and errors become documents in `answer-error.ts`. UDP sends no answers, so it counts lost
 * datagrams.
 * Read next: `body/read-body.ts` for a report, `../udp/receive-udp.ts` for datagrams.
 */
import fastify, {type FastifyInstance, type FastifyReply, type FastifyRequest, LogController} from 'fastify'
import * as v from 'valibot'
import {UsageError} from '../../../errors.ts'
import {reach} from '../../../fault-points.ts'
import type {Answer} from '../../../protocol/report/answer.ts'
import {limits} from '../../../protocol/values/limits.ts'
import {describeProblems} from '../../../protocol/values/problem.ts'
import {time} from '../../../protocol/values/scalars.ts'
import {answerStats} from '../../../stats/answer/answer.ts'
import {parseStatsQuery, readParameters} from '../../../stats/model/query.ts'
import type {StatsSource} from '../../../stats/model/source.ts'
import type {Reader} from '../../access/read-tokens.ts'
import {findSharedProject} from '../../access/share-links.ts'
import {requireWriteKey} from '../../access/tokens.ts'
import {admit} from '../../intake/admit.ts'
import {answerDryRun, answerReport} from '../../intake/answer-report.ts'
import type {GroupCommit} from '../../intake/group-commit.ts'
import {findProject, type Projects} from '../../intake/projects.ts'
import type {Monitor} from '../../monitoring/monitor.ts'
import type {Readiness} from '../../monitoring/readiness.ts'
import type {HeldSource} from '../../store/store.ts'
import type {Erase} from '../../upkeep/erase.ts'
import {errorAnswerer} from './answer-error.ts'
import {createAskLimit} from './ask-limit.ts'
import {removeBasePath} from './base-path.ts'
import {type BodyShare, createBodyBudget} from './body/body-budget.ts'
import {type BodyReader, createBodyReader} from './body/read-body.ts'
import {receiveBody} from './body/receive-body.ts'
import {type Connections, createConnections} from './guard/connections.ts'
import {forReporters, guardFront} from './guard/front-guard.ts'
import {type AddressRate, createRateGuard} from './guard/rates.ts'
import {createSourceOf, isFromHere, type SourceOf} from './guard/source-of.ts'
import type {IsProxy} from './guard/sources.ts'
import {addHealth} from './health.ts'
import {addDescription} from './openapi.ts'
import {addPages, type Pages} from './pages.ts'
import {addAccess} from './receive-access.ts'
import {type EndParts, receiveEnd} from './receive-end.ts'
import {receiveErasure} from './receive-erasure.ts'
import {type ImportParts, receiveImport} from './receive-import.ts'
import {addMantidRoutes, type MantidParts} from './receive-mantid.ts'
import {fastifyLogger, requestIdHeader, requestIds} from './request-log.ts'

export interface HttpParts {
  readonly projects: Projects
  readonly groupCommit: GroupCommit
  readonly erase: Erase
  readonly source: StatsSource
  readonly pages: Pages | null
  /** What an `Authorization` header may read. Null: nothing. */
  readonly findReader: (authorization: string | undefined) => Reader | null
  /** Unix milliseconds. */
  readonly now: () => number
  /** False while the collector is closing: new requests then get the status 503. */
  readonly isOpen: () => boolean
  readonly readiness: Readiness
  /** Hears when a sender sent a report, by its clock, and its key: null for this machine. Default: nobody listens. */
  readonly hearSentAt?: (sentAtMs: number | null, source: string | null) => void
  readonly monitor: Monitor
  readonly connections?: Connections
  /** How the collector stands on the internet. */
  readonly front?: Front
  /** The data folder. Default: no imports and no share links. */
  readonly folder?: ImportParts['folder'] | null
  /** Ends projects. Default: nobody can. */
  readonly end?: EndParts | null
  /** Reads what is stored under a pseudonym. Default: no access requests. */
  readonly held?: HeldSource['held'] | null
  /** The id of the project that Mantid's own clients count for, and how their ids become pseudonyms. Default: none. */
  readonly mantid?: Pick<MantidParts, 'project' | 'ids'> | null
}

/** How a collector stands on the internet. */
export interface Front {
  /** The names by which requests may address it. Default: those of its machine and its project files. */
  readonly hosts?: readonly string[]
  /** The path below which browsers and reporters reach it, such as `/usage`. Default: the root of its host. */
  readonly basePath?: string
  /** The proxies whose `X-Forwarded-For` counts. Default: none. */
  readonly isProxy?: IsProxy
  /** How much one address may ask. */
  readonly rate?: AddressRate
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The id of the project that the request belongs to, for the log. Null: none, or one that this collector lacks. */
    knownProject: string | null
    /** The memory of its body. Null: it has none. */
    bodyShare: BodyShare | null
  }
}

/** The parts of the server, with those that it makes itself. */
interface ServerParts extends HttpParts {
  readonly bodyReader: BodyReader
  readonly sourceOf: SourceOf
}

/** Builds the HTTP server of a collector. The caller listens. Its log contains no address. */
export function buildHttp(given: HttpParts): FastifyInstance {
  const {monitor, front = {}, connections = createConnections()} = given
  const parts: ServerParts = {...given, bodyReader: createBodyReader(), sourceOf: createSourceOf()}
  const answerError = errorAnswerer({monitor, projectOf: request => request.knownProject ?? null})
  const app = fastify({
    loggerInstance: fastifyLogger(monitor.log),
    genReqId: requestIds(),
    requestIdHeader: false,
    logController: new LogController({disableRequestLogging: true}),
    bodyLimit: limits.maxBodyBytes,
    serverFactory: listener => connections.serve(listener),
    return503OnClosing: false,
    frameworkErrors: answerError,
    trustProxy: front.isProxy ?? false,
    rewriteUrl: ({url = '/'}) => removeBasePath(url, front.basePath ?? ''),
  }) as FastifyInstance
  app.decorateRequest('knownProject', null).decorateRequest('bodyShare', null)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(request => {
    const path = request.url.split('?')[0]
    throw new UsageError('USAGE_NOT_FOUND', `no such address: ${request.method} ${path}`)
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(requestIdHeader, request.id)
    const {id} = (request.params ?? {}) as {readonly id?: string}
    if (id !== undefined && parts.projects.has(id)) request.knownProject = id
    done()
  })
  const hostRule = {names: front.hosts ?? [], projects: parts.projects}
  guardFront(app, {...parts, hostRule, rateGuard: createRateGuard(app, parts.sourceOf, front.rate)})
  acceptBodies(app, parts.sourceOf)
  app.addHook('onSend', ({raw: {socket}}, reply, payload, done) => {
    addSafeHeaders(reply)
    connections.countAnswer(reply.raw, socket, payload)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    monitor.answered(request.routeOptions.url ?? '(unknown)', reply.statusCode)
    done()
  })
  app.addHook('onClose', () => parts.bodyReader.close())
  addRoutes(app, parts)
  if (parts.mantid != null) addMantidRoutes(app, {...parts, ...parts.mantid})
  return app
}

/** What a browser may do with an answer, unless the answer says otherwise. */
function addSafeHeaders(reply: FastifyReply): void {
  if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'no-store')
  reply.header('X-Content-Type-Options', 'nosniff')
}

/** Reads the bytes of bodies within one budget. They are freed with the answer. */
function acceptBodies(app: FastifyInstance, sourceOf: SourceOf): void {
  const bodyBudget = createBodyBudget()
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => request.bodyShare?.free())
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', async (request: FastifyRequest) => {
    request.bodyShare = bodyBudget.enter(sourceOf(request))
    return receiveBody(request.raw, request.bodyShare)
  })
}

function addRoutes(app: FastifyInstance, parts: ServerParts): void {
  app.post('/v1/reports', forReporters, async request => receiveReport(request, parts))
  app.post<{Params: {id: string}}>('/v1/projects/:id/erasures', forReporters, async request =>
    receiveErasure(request, request.params.id, parts),
  )
  if (parts.held != null) addAccess(app, {...parts, held: parts.held, askLimit: createAskLimit()})
  const {folder} = parts
  if (folder != null)
    app.post<{Params: {id: string}}>('/v1/projects/:id/imports', async request =>
      receiveImport(request, request.params.id, {...parts, folder}),
    )
  const {end} = parts
  if (end != null)
    app.post<{Params: {id: string}}>('/v1/projects/:id/end', async request =>
      receiveEnd(request, request.params.id, end),
    )
  app.get<{Params: {id: string}}>('/v1/projects/:id/stats', async request => {
    requireReader(parts.findReader(request.headers.authorization), request.params.id)
    const project = findProject(parts.projects, request.params.id)
    const parameters = readParameters(project.project, request.query as Record<string, unknown>)
    const nowMs = parts.now()
    return answerStats(parts.source, project, parseStatsQuery(parameters, nowMs, project.identity.yearBegins), nowMs)
  })
  if (parts.pages !== null)
    addPages(app, parts.pages, {
      findReader: parts.findReader,
      findSharedProject: token => (folder == null ? null : findSharedProject(folder.dataDirectory, token)),
    })
  addDescription(app, parts.front?.basePath ?? '')
  addHealth(app, parts.readiness)
}

/** A token of one project is told about no other project whether it exists. */
function requireReader(reader: Reader | null, project: string): void {
  if (reader !== null && (reader.project === null || reader.project === project)) return
  throw new UsageError('USAGE_TOKEN_WRONG', 'a read token for the project is required, as Authorization: Bearer TOKEN')
}

async function receiveReport(request: FastifyRequest, parts: ServerParts): Promise<Answer> {
  const {projects, groupCommit, bodyReader, now} = parts
  const source = parts.sourceOf(request)
  const {value: parsed, bytes} = await bodyReader.read('report', request, source)
  if (!parsed.ok)
    throw new UsageError('USAGE_REPORT_UNPARSABLE', `not a valid report: ${describeProblems(parsed.problems)}`)
  const project = findProject(projects, parsed.value.project)
  request.knownProject = project.project
  requireWriteKey(project, request.headers.authorization)
  const receipt = {receivedAtMs: now(), sentAtMs: readTime(request.headers['usage-sent-at'])}
  if (receipt.sentAtMs !== null) parts.hearSentAt?.(receipt.sentAtMs, isFromHere(request) ? null : source)
  const admission = admit(parsed.value, project, receipt)
  const {dryRun} = request.query as Record<string, unknown>
  if (dryRun !== undefined && dryRun !== '0') {
    await requireReady(parts.readiness)
    return answerDryRun(admission)
  }
  reach('collector: a report admitted')
  const outcomes = await groupCommit.write({...admission.batch, source}, bytes)
  reach('collector: before the answer')
  return answerReport(admission, outcomes)
}

/** A trial succeeds only if a report would be stored. A closing collector still stores reports. */
async function requireReady(readiness: Readiness): Promise<void> {
  const {checks} = await readiness()
  const failed = checks.filter(({name, ok}) => !ok && name !== 'open').map(({name, detail}) => `${name}: ${detail}`)
  if (failed.length > 0) throw new UsageError('USAGE_STORE_UNWRITABLE', failed.join('; '))
}

function readTime(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && v.is(time, header) ? Date.parse(header) : null
}
