import {readFileSync} from 'node:fs'
import type {FastifyInstance} from 'fastify'

/** Adds the description of a collector's addresses, `schemas/openapi.json`. The first request reads it. */
export function addDescription(app: FastifyInstance): void {
  let content: string | null = null
  app.get('/openapi.json', async (_request, reply) => {
    content ??= readFileSync(new URL('../../../../schemas/openapi.json', import.meta.url), 'utf8')
    return reply.type('application/json; charset=utf-8').send(content)
  })
}
