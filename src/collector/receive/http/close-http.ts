import type {FastifyInstance} from 'fastify'

/** Seconds in which running requests must arrive and be answered when a collector closes. */
const closeSeconds = 5

/** Counts running requests. The returned function resolves when none is left. */
export function countRequests({server}: FastifyInstance): () => Promise<void> {
  let open = 0
  let whenNone: (() => void) | null = null
  server.on('request', (_request, response) => {
    open++
    response.once('close', () => {
      open--
      if (open === 0) whenNone?.()
    })
  })
  return () =>
    new Promise(resolve => {
      whenNone = resolve
      if (open === 0) resolve()
    })
}

/** Stops listening, waits until running requests are answered, then ends the idle connections. */
export async function closeHttp(app: FastifyInstance, allAnswered: () => Promise<void>): Promise<void> {
  const closed = app.close()
  const deadline = setTimeout(() => app.server.closeAllConnections(), closeSeconds * 1000)
  await allAnswered()
  app.server.closeAllConnections()
  await closed
  clearTimeout(deadline)
}
