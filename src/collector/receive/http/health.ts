import type {FastifyInstance} from 'fastify'
import {protocolVersion} from '../../../protocol/report/report.ts'
import type {Readiness} from '../../monitoring/readiness.ts'
import {packageVersion} from '../../monitoring/version.ts'

/** They also answer while the collector closes. */
const health = {config: {isHealth: true}}

/**
 * Adds the addresses that programs watch. `/healthz` answers as long as the process lives. `/readyz` has the status 503
 * while the collector cannot accept reports, and names the check that failed.
 */
export function addHealth(app: FastifyInstance, readiness: Readiness): void {
  app.get('/healthz', health, async () => ({status: 'ok'}))
  app.get('/readyz', health, async (_request, reply) => {
    const {status, checks} = await readiness()
    const shown = checks.map(({name, ok, detail}) => ({name, ok, detail}))
    return reply
      .status(status === 'ready' ? 200 : 503)
      .header('Cache-Control', 'no-store')
      .send({status, checks: shown})
  })
  app.get('/version', health, async () => ({name: 'usage', version: packageVersion(), protocol: protocolVersion}))
}
