import rateLimit from '@fastify/rate-limit'
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import {UsageError} from '../../../../errors.ts'
import {collectorLimits} from '../../../limits.ts'
import type {SourceOf} from './source-of.ts'

/** The requests of one address in a window. */
export interface AddressRate {
  readonly requests: number
  readonly seconds: number
}

/** Counts a request for the address that it came from. Throws a `UsageError` USAGE_TOO_MANY_REQUESTS, with `Retry-After`. */
export type RateGuard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/**
 * Counts in memory. Of addresses only hashes are kept, at most as many as the limit: then the one that was not seen for
 * the longest time is forgotten.
 */
export function createRateGuard(
  app: FastifyInstance,
  sourceOf: SourceOf,
  rate: AddressRate = collectorLimits.requestsOfAddress,
): RateGuard {
  let count: ReturnType<FastifyInstance['createRateLimit']> | null = null
  app.register(rateLimit, {
    global: false,
    max: rate.requests,
    timeWindow: rate.seconds * 1000,
    cache: collectorLimits.maxCountedAddresses,
    keyGenerator: sourceOf,
  })
  app.after(() => {
    count = app.createRateLimit()
  })
  return async (request, reply) => {
    const counted = await count?.(request)
    if (counted === undefined || counted.isAllowed || !counted.isExceeded) return
    reply.header('Retry-After', String(Math.max(1, counted.ttlInSeconds)))
    throw new UsageError('USAGE_TOO_MANY_REQUESTS', 'too many requests from this address')
  }
}
