import type {FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import {UsageError} from '../../../../errors.ts'
import {requireSomeKey} from '../../../access/tokens.ts'
import {requireKnownEncoding} from '../body/read-body.ts'
import {type HostRule, requireKnownHost} from './hosts.ts'
import type {RateGuard} from './rates.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the request needs the write key of a project that has one. */
    readonly isForReporters?: boolean
    /** Whether it answers at all times: while the collector closes, and however often it is asked. */
    readonly isHealth?: boolean
  }
}

/** The options of a route to which reporters post. */
export const forReporters: {readonly config: FastifyContextConfig} = {config: {isForReporters: true}}

export interface FrontParts {
  readonly hostRule: HostRule
  readonly rateGuard: RateGuard
  readonly isOpen: () => boolean
}

/**
 * Refuses requests by their headers, the cheapest check first, so that no byte of a body is read in vain: the host, the
 * rate of the address, the encoding, the key.
 */
export function guardFront(app: FastifyInstance, {hostRule, rateGuard, isOpen}: FrontParts): void {
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const {headers, routeOptions} = request
    const {isForReporters = false, isHealth = false} = routeOptions.config
    if (!isOpen() && !isHealth) throw new UsageError('USAGE_COLLECTOR_BUSY', 'the collector is shutting down')
    // What is posted tells a page in a browser nothing. A proxy may forward any name, and no report may be lost for it.
    if (!isForReporters || hostRule.names.length > 0) requireKnownHost(headers.host, hostRule)
    if (!isHealth) await rateGuard(request, reply)
    requireKnownEncoding(headers['content-encoding'])
    if (isForReporters) requireSomeKey(hostRule.projects, headers.authorization)
  })
}
