import {readFileSync} from 'node:fs'
import type {FastifyInstance} from 'fastify'

/**
 * Adds the description of a collector's addresses, `schemas/openapi.json`, with the base path that they have here. The
 * first request reads it.
 */
export function addDescription(app: FastifyInstance, basePath: string): void {
  let content: string | null = null
  app.get('/openapi.json', async (_request, reply) => {
    content ??= describe(basePath)
    return reply.type('application/json; charset=utf-8').send(content)
  })
}

function describe(basePath: string): string {
  const content = readFileSync(new URL('../../../../schemas/openapi.json', import.meta.url), 'utf8')
  return basePath === '' ? content : JSON.stringify({...JSON.parse(content), servers: [{url: basePath}]})
}
