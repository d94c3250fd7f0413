import type {FastifyError, FastifyReply, FastifyRequest} from 'fastify'
import {toUsageError, UsageError} from '../../../errors.ts'
import {limits} from '../../../protocol/values/limits.ts'
import {collectorLimits} from '../../limits.ts'
import type {Monitor} from '../../monitoring/monitor.ts'

export interface ErrorParts {
  readonly monitor: Pick<Monitor, 'log' | 'refused'>
  /** The id of the project that a request belongs to, if this collector has it. */
  readonly projectOf: (request: FastifyRequest) => string | null
}

/**
 * Makes the function that answers an error with its document and HTTP status. A status of 500 or more is logged with its
 * stack, and the document has the id of the request, by which the operator finds the line. Of an unexpected error the
 * sender learns nothing else. Every other status is counted as a refusal.
 */
export function errorAnswerer({monitor, projectOf}: ErrorParts) {
  return (thrown: FastifyError | UsageError, request: FastifyRequest, reply: FastifyReply): void => {
    const error = nameError(thrown)
    const status = error.http ?? 500
    const {code} = error
    const project = projectOf(request)
    if (status < 500) monitor.refused('http', code, project)
    else {
      const level = status === 500 ? 'error' : 'warn'
      const route = request.routeOptions.url ?? null
      monitor.log[level]('request failed', {status, code, route, project, requestId: request.id, error})
    }
    reply.status(status)
    if (status === 401) reply.header('WWW-Authenticate', 'Bearer')
    const isLater = status === 503 || status === 429
    if (isLater && !reply.hasHeader('Retry-After'))
      reply.header('Retry-After', String(collectorLimits.retryAfterSeconds))
    const shown = status === 500 ? hide(error) : error
    const document = shown.toDocument()
    reply.send(status < 500 ? document : {error: {...document.error, requestId: request.id}})
  }
}

/** The same error without what it says of the inside: a path, or a message of the database. */
const hide = (error: UsageError): UsageError =>
  new UsageError('USAGE_UNEXPECTED', 'the collector failed', {
    next: 'Try again later, or send the requestId to the operator of this collector, whose log explains it.',
    cause: error,
  })

/** Gives errors of fastify a code of `src/errors.ts`. */
function nameError(thrown: FastifyError | UsageError): UsageError {
  if (thrown instanceof UsageError) return thrown
  switch (thrown.statusCode) {
    case 413:
      return new UsageError('USAGE_BODY_TOO_LARGE', `the body must have at most ${limits.maxBodyBytes} bytes`, {
        cause: thrown,
      })
    case 415:
      return new UsageError('USAGE_BODY_UNSUPPORTED', 'Content-Type must be application/json', {cause: thrown})
    case 404:
      return new UsageError('USAGE_NOT_FOUND', 'no such address', {cause: thrown})
  }
  const isSenders = thrown.statusCode !== undefined && thrown.statusCode < 500
  if (isSenders)
    return new UsageError('USAGE_REPORT_UNPARSABLE', `not a valid report: ${thrown.message}`, {cause: thrown})
  return toUsageError(thrown)
}
