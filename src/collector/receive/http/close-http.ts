import type {FastifyInstance} from 'fastify'
import type {Connections} from './guard/connections.ts'

/** Seconds in which running requests must arrive and be answered when a collector closes. */
const closeSeconds = 5

/**
 * Stops listening, waits until running requests are answered, then ends the idle connections.
 *
 * @param isHurried when it resolves, running requests get no more time
 */
export async function closeHttp(
  app: FastifyInstance,
  {whenAnswered}: Pick<Connections, 'whenAnswered'>,
  isHurried: Promise<void>,
): Promise<void> {
  const closed = app.close()
  const {promise: isLate, resolve: giveUp} = Promise.withResolvers<void>()
  const deadline = setTimeout(giveUp, closeSeconds * 1000)
  await Promise.race([whenAnswered(), isLate, isHurried])
  clearTimeout(deadline)
  app.server.closeAllConnections()
  await closed
}
