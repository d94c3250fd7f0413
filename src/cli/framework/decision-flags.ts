import * as Flags from '@oclif/core/flags'
import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/problem.ts'
import {projectIdPattern} from '../../protocol/scalars.ts'

/** The flags of opt-in and opt-out: one project, else all. Environment variables are ignored. */
export const decisionFlags = {
  project: Flags.string({description: 'the id of one project (default: all projects)', helpValue: 'ID'}),
}

/** The project of an opt-in or opt-out, or null for all. Throws `USAGE_WRONG_USE`. */
export function readDecisionProject(flags: {readonly project?: string | undefined}): string | null {
  if (flags.project === undefined) return null
  if (projectIdPattern.test(flags.project)) return flags.project
  throw new UsageError('USAGE_WRONG_USE', `--project: must be a project id, got ${describeValue(flags.project)}`)
}
