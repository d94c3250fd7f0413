import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import {UsageError} from '../../../errors.ts'
import {type AccessPage, type AccessRequest, parseAccessRequest} from '../../../protocol/report/access.ts'
import {limits} from '../../../protocol/values/limits.ts'
import {pseudonymOf} from '../../../protocol/values/pseudonym.ts'
import {requireWriteKey} from '../../access/tokens.ts'
import {findProject, type Projects} from '../../intake/projects.ts'
import {isHeldCursor} from '../../store/sqlite/held.ts'
import type {HeldSource} from '../../store/store.ts'
import type {AskLimit} from './ask-limit.ts'
import type {BodyReader} from './body/read-body.ts'
import {forReporters} from './guard/front-guard.ts'
import type {SourceOf} from './guard/source-of.ts'

interface AccessParts {
  readonly projects: Projects
  readonly held: HeldSource['held']
  readonly askLimit: AskLimit
  readonly bodyReader: BodyReader
  readonly sourceOf: SourceOf
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Adds the address of access requests to the HTTP server. No cache keeps an answer, nor an error. */
export function addAccess(app: FastifyInstance, parts: AccessParts): void {
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.header('Cache-Control', 'no-store')
    requireSmall(request)
    requireEncrypted(request)
  }
  app.post<{Params: {id: string}}>('/v1/projects/:id/access', {...forReporters, onRequest}, async request =>
    receiveAccess(request, request.params.id, parts),
  )
}

/**
 * Shows everything that is stored under the pseudonym whose key the request presents, one page a request. An unknown
 * key gets an empty page. Keys, pseudonyms and addresses are neither stored nor logged. Rejects with a `UsageError`.
 */
async function receiveAccess(
  request: FastifyRequest,
  projectId: string,
  {projects, held, askLimit, bodyReader, sourceOf, now}: AccessParts,
): Promise<AccessPage> {
  const project = findProject(projects, projectId)
  requireWriteKey(project, request.headers.authorization)
  const source = sourceOf(request)
  const {key, cursor} = await readRequest(request, bodyReader, source)
  const user = pseudonymOf(Buffer.from(key, 'hex'))
  const asking = {user, source}
  return askLimit.run(asking, now(), () => held({project: project.project, user, cursor: cursor ?? null}))
}

/**
 * Whether the answer, which describes a person, stays on this machine or leaves it encrypted. A proxy that ends HTTPS on
 * another machine says so in `X-Forwarded-Proto`. A client that forges this header harms only itself.
 */
export function isEncrypted(remoteAddress: string | undefined, forwardedProto: string | undefined): boolean {
  if (forwardedProto !== undefined) return forwardedProto.split(',')[0]?.trim().toLowerCase() === 'https'
  return /^(?:::ffff:)?127\.|^::1$/.test(remoteAddress ?? '')
}

function requireEncrypted({socket, headers}: FastifyRequest): void {
  const forwarded = headers['x-forwarded-proto']
  if (!isEncrypted(socket.remoteAddress, forwarded === undefined ? undefined : String(forwarded)))
    throw new UsageError('USAGE_NOT_ENCRYPTED', 'the request came by http from another machine, must come by https')
}

/** Refuses a body before it is read: a key needs no compression, and its length is known. */
function requireSmall({headers}: FastifyRequest): void {
  if (headers['content-encoding'] !== undefined)
    throw new UsageError('USAGE_BODY_UNSUPPORTED', 'an access request must not have a Content-Encoding', {
      next: 'Send application/json, uncompressed.',
    })
  const {maxAccessRequestBytes} = limits
  if (!(Number(headers['content-length']) <= maxAccessRequestBytes))
    throw new UsageError(
      'USAGE_BODY_TOO_LARGE',
      `an access request must have a Content-Length of at most ${maxAccessRequestBytes}`,
      {next: 'Send a key and a cursor, and nothing else.'},
    )
}

async function readRequest(request: FastifyRequest, bodyReader: BodyReader, source: string): Promise<AccessRequest> {
  const {value} = await bodyReader.read({maxValues: limits.maxAccessRequestBytes}, request, source)
  const parsed = parseAccessRequest(value)
  if (parsed === null || (parsed.cursor != null && !isHeldCursor(parsed.cursor)))
    throw new UsageError(
      'USAGE_ACCESS_UNPARSABLE',
      'not a valid access request: protocol must be 1, key 64 hex digits, cursor null or the text next of a page',
    )
  return parsed
}
