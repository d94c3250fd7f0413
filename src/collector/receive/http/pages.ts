import type {FastifyInstance} from 'fastify'
import type {PageAnswer, PageRequest} from '../../../protocol/report/page.ts'
import type {StatsSource} from '../../../stats/model/source.ts'
import type {Reader} from '../../access/read-tokens.ts'
import type {Projects} from '../../intake/projects.ts'
import {collectorLimits} from '../../limits.ts'

/** Answers the requests of browsers, and decides which pages a reader may see. */
export type Pages = (request: PageRequest) => Promise<PageAnswer>

/** Makes the pages of a collector. */
export type MakePages = (parts: {
  readonly projects: Projects
  readonly source: StatsSource
  readonly now: () => number
  /** The path below which browsers reach the pages, such as `/usage`. Empty: the root of the host. */
  readonly basePath: string
}) => Pages

/** Adds the addresses of the pages to the HTTP server. */
export function addPages(
  app: FastifyInstance,
  pages: Pages,
  {
    findReader,
    findSharedProject,
  }: {
    readonly findReader: (authorization: string | undefined) => Reader | null
    readonly findSharedProject: (token: unknown) => string | null
  },
): void {
  for (const path of ['/', '/sign-in', '/projects/*', '/badge/*'])
    app.get(path, async (request, reply) => {
      const {share: token, ...parameters} = request.query as Record<string, unknown>
      const project = findSharedProject(token)
      const reader = findReader(request.headers.authorization)
      const {status, headers, body} = await pages({
        path: request.url.split('?')[0] ?? '/',
        parameters,
        share: project === null ? null : {token: String(token), project},
        isReader: reader?.project === null,
        readsProject: reader?.project ?? null,
        ifNoneMatch: request.headers['if-none-match'] ?? null,
      })
      if (status === 503) reply.header('Retry-After', String(collectorLimits.retryAfterSeconds))
      return reply.status(status).headers(headers).send(body)
    })
  // Browsers request an icon by themselves and report an error if it is missing.
  app.get('/favicon.ico', (_, reply) => reply.status(204).header('Cache-Control', 'public, max-age=604800').send())
}
