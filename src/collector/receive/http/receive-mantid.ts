import {randomBytes} from 'node:crypto'
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify'
import {UsageError} from '../../../errors.ts'
import {makeUuidV7} from '../../../protocol/values/uuid.ts'
import {type MantidContext, readMantidFeatures, readMantidStartups} from '../../compat/mantid.ts'
import type {OldIds} from '../../compat/old-ids.ts'
import {clampCount, refuseOld} from '../../intake/admit.ts'
import type {GroupCommit} from '../../intake/group-commit.ts'
import {findProject, type Projects} from '../../intake/projects.ts'
import {collectorLimits} from '../../limits.ts'
import type {Batch} from '../../store/store.ts'
import type {BodyReader} from './body/read-body.ts'
import type {SourceOf} from './guard/source-of.ts'

/** The id of the project that Mantid's own clients count for, and how their ids become pseudonyms. */
export interface MantidParts {
  readonly project: string
  readonly projects: Projects
  readonly ids: OldIds
  readonly groupCommit: GroupCommit
  readonly bodyReader: BodyReader
  readonly sourceOf: SourceOf
  /** Unix milliseconds. */
  readonly now: () => number
}

/** The clients send no id, so each post counts. */
const featureId = (timeMs: number): string => makeUuidV7(timeMs, randomBytes(10))

/**
 * Adds the two addresses that Mantid posts to, with and without a slash at the end. The answer is 201 without a body,
 * sent after the data is on disk. Mantid waits for it at its exit, for milliseconds.
 */
export function addMantidRoutes(app: FastifyInstance, parts: MantidParts): void {
  const receive =
    (read: (input: unknown, context: MantidContext) => Batch[]) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      if (!(request.body instanceof Uint8Array)) throw new UsageError('USAGE_REPORT_UNPARSABLE', 'the body is missing')
      const source = parts.sourceOf(request)
      const {value, bytes} = await parts.bodyReader.read({maxValues: collectorLimits.maxMantidValues}, request, source)
      const project = findProject(parts.projects, parts.project)
      const found = read(value, {...parts, project, receivedAtMs: parts.now(), featureId})
      const batches = found.map(batch => refuseOld({...batch, source, events: batch.events.map(clampCount)}))
      const share = Math.ceil(bytes / Math.max(1, batches.length))
      await Promise.all(batches.map(batch => parts.groupCommit.write(batch, share)))
      return reply.code(201).send()
    }
  for (const slash of ['', '/']) {
    app.post(`/api/usage${slash}`, receive(readMantidStartups))
    app.post(`/api/feature${slash}`, receive(readMantidFeatures))
  }
}
