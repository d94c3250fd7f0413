import type {FastifyRequest} from 'fastify'
import {UsageError} from '../../../errors.ts'
import {hasSecret} from '../../access/tokens.ts'
import type {EndedProject} from '../../upkeep/end-project.ts'

export interface EndParts {
  readonly endProject: (project: string) => Promise<EndedProject>
  /** The SHA-256 of the secret in the data folder. It permits the end of a project. */
  readonly secretSha256: Uint8Array
}

/** Ends a project for a `usage erase`, because this collector holds the store's lock. Rejects with a `UsageError`. */
export async function receiveEnd(
  {headers}: FastifyRequest,
  id: string,
  {endProject, secretSha256}: EndParts,
): Promise<EndedProject> {
  if (!hasSecret(headers.authorization, secretSha256))
    throw new UsageError('USAGE_TOKEN_WRONG', 'the secret of the data folder is required')
  return endProject(id)
}
