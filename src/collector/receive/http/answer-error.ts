import type {FastifyError, FastifyReply, FastifyRequest} from 'fastify'
import {toUsageError, UsageError} from '../../../errors.ts'
import {limits} from '../../../protocol/limits.ts'
import {collectorLimits} from '../../limits.ts'

/**
 * Answers an error with its document and HTTP status. Logs it only with status 500, because then the sender is not the
 * cause.
 */
export function answerError(thrown: FastifyError | UsageError, request: FastifyRequest, reply: FastifyReply): void {
  const error = nameError(thrown)
  const status = error.http ?? 500
  if (status === 500) request.log.error({code: error.code, err: error.cause ?? error}, error.message)
  reply.status(status)
  if (status === 401) reply.header('WWW-Authenticate', 'Bearer')
  if (status === 503 || status === 429) reply.header('Retry-After', String(collectorLimits.retryAfterSeconds))
  reply.send(error.toDocument())
}

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
