import type {FastifyRequest} from 'fastify'
import {UsageError} from '../../../errors.ts'
import {reach} from '../../../fault-points.ts'
import {type ErasureReceipt, parseErasureRequest} from '../../../protocol/report/erasure.ts'
import {limits} from '../../../protocol/values/limits.ts'
import {describeProblems} from '../../../protocol/values/problem.ts'
import {pseudonymOf} from '../../../protocol/values/pseudonym.ts'
import {requireWriteKey} from '../../access/tokens.ts'
import {findProject, type Projects} from '../../intake/projects.ts'
import type {Erase} from '../../upkeep/erase.ts'
import type {BodyReader} from './body/read-body.ts'
import type {SourceOf} from './guard/source-of.ts'

/** Twice the keys that a request may have, and its other values. */
const erasureValues = {maxValues: 2 * limits.maxErasureKeys}

interface ErasureParts {
  readonly projects: Projects
  readonly erase: Erase
  readonly bodyReader: BodyReader
  readonly sourceOf: SourceOf
  /** Unix milliseconds. */
  readonly now: () => number
}

/**
 * Erases the data of the person who presents the keys of the pseudonyms. Resolves to the receipt when the data is
 * erased from the disk. The keys are neither stored nor logged. Rejects with a `UsageError`.
 */
export async function receiveErasure(
  request: FastifyRequest,
  projectId: string,
  {projects, erase, bodyReader, sourceOf, now}: ErasureParts,
): Promise<ErasureReceipt> {
  const project = findProject(projects, projectId)
  requireWriteKey(project, request.headers.authorization)
  const {value} = await bodyReader.read(erasureValues, request, sourceOf(request))
  const parsed = parseErasureRequest(value)
  if (!parsed.ok)
    throw new UsageError(
      'USAGE_ERASURE_UNPARSABLE',
      `not a valid erasure request: ${describeProblems(parsed.problems)}`,
    )
  const {id: receipt, keys} = parsed.value
  const users = keys.map(key => pseudonymOf(Buffer.from(key, 'hex')))
  const erasure = {project: project.project, receipt, users, receivedAtMs: now()}
  const erased = await erase(erasure, sourceOf(request))
  reach('collector: before the receipt')
  return erased
}
