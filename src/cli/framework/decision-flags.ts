import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/problem.ts'
import {projectIdPattern} from '../../protocol/scalars.ts'

const description = 'the id of one project (default: all projects)'

/**
 * The argument and the flag of opt-in and opt-out: one project, else all. Environment variables and stdin are ignored.
 */
export const decisionArgs = {project: Args.string({description, ignoreStdin: true})}
export const decisionFlags = {project: Flags.string({description: 'the same as the argument', helpValue: 'ID'})}

interface Given {
  readonly project?: string | undefined
}

/** The project of an opt-in or opt-out, or null for all. Throws USAGE_WRONG_USE for an invalid id. */
export function readDecisionProject(args: Given, flags: Given): string | null {
  const id = args.project ?? flags.project
  if (id === undefined) return null
  if ((flags.project ?? id) !== id)
    throw new UsageError(
      'USAGE_WRONG_USE',
      `--project must be the same as the argument, got ${describeValue(flags.project)} and ${describeValue(id)}`,
    )
  if (projectIdPattern.test(id)) return id
  const name = args.project === undefined ? '--project' : 'PROJECT'
  throw new UsageError('USAGE_WRONG_USE', `${name}: must be a project id, got ${describeValue(id)}`)
}
