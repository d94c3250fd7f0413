import {randomBytes} from 'node:crypto'
import type {FastifyBaseLogger} from 'fastify'
import type {Log} from '../../monitoring/log.ts'

/** The header of every answer with the id of its request. */
export const requestIdHeader = 'X-Request-Id'

/**
 * Makes the function that numbers the requests of a collector. The ids of two collectors, or of two starts of one, differ.
 * An id that a client sends is not used: it would be text from outside in the log.
 */
export function requestIds(): () => string {
  const start = randomBytes(4).toString('hex')
  let last = 0
  return () => `${start}-${(++last).toString(36)}`
}

/**
 * The logger that fastify gets. Only its warnings and errors are kept, and of these only the code and the calls: its
 * messages contain the address that a client asked for.
 */
export function fastifyLogger(log: Log): FastifyBaseLogger {
  const keep =
    (level: 'warn' | 'error') =>
    (first: unknown): void => {
      const error = first instanceof Error ? first : (first as {readonly err?: unknown} | null)?.err
      log[level]('HTTP server', {name: 'fastify', ...describeError(error)})
    }
  const none = (): void => {}
  const logger = {
    ...{level: 'warn', fatal: keep('error'), error: keep('error'), warn: keep('warn')},
    ...{info: none, debug: none, trace: none, silent: none},
    child: () => logger as FastifyBaseLogger,
  }
  return logger as FastifyBaseLogger
}

function describeError(error: unknown) {
  if (!(error instanceof Error)) return {}
  const {code = error.name} = error as {readonly code?: string}
  const calls = error.stack?.split('\n').filter(line => /^\s+at /.test(line)) ?? []
  return {code, calls: calls.map(line => line.trim())}
}
