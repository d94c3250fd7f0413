import type {FastifyInstance} from 'fastify'
import type {StatsSource} from '../../../stats/model/source.ts'
import {hasSecretOrPassword} from '../../access/tokens.ts'
import type {Projects} from '../../intake/projects.ts'

/** Answers what a browser asks for; who may see what is its decision. */
export type Pages = (request: PageRequest) => Promise<PageAnswer>

/** Makes the pages of a collector from what it has. */
export type MakePages = (parts: {
  readonly projects: Projects
  readonly source: StatsSource
  readonly now: () => number
}) => Pages

export interface PageRequest {
  /** The path of the address, as it travels. */
  readonly path: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Whether it bears the read token. */
  readonly isReader: boolean
  /** A share link that is among the parameters no more: its token, and the project that it opens. */
  readonly share: {readonly token: string; readonly project: string} | null
  readonly ifNoneMatch: string | null
}

export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Serves pages beside the addresses for programs. */
export function addPages(
  app: FastifyInstance,
  pages: Pages,
  {
    readTokenSha256,
    findSharedProject,
  }: {
    readonly readTokenSha256: Uint8Array
    readonly findSharedProject: (token: unknown) => string | null
  },
): void {
  for (const path of ['/', '/projects/*', '/badge/*'])
    app.get(path, async (request, reply) => {
      const {share: token, ...parameters} = request.query as Record<string, unknown>
      const project = findSharedProject(token)
      const {status, headers, body} = await pages({
        path: request.url.split('?')[0] ?? '/',
        parameters,
        share: project === null ? null : {token: String(token), project},
        isReader: hasSecretOrPassword(request.headers.authorization, readTokenSha256),
        ifNoneMatch: request.headers['if-none-match'] ?? null,
      })
      return reply.status(status).headers(headers).send(body)
    })
  // Browsers ask for it on their own and complain where it is missing; pages without a picture need none.
  app.get('/favicon.ico', (_, reply) => reply.status(204).header('Cache-Control', 'public, max-age=604800').send())
}
