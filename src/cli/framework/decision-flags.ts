import * as Flags from '@oclif/core/flags'
import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/problem.ts'
import {projectIdPattern} from '../../protocol/scalars.ts'

/** What a person's decisions share: one project, else all. No environment variable narrows a decision. */
export const decisionFlags = {
  project: Flags.string({description: 'the id of one project; every project if not said', helpValue: 'ID'}),
}

/** The project of a decision, or null for all. Throws `USAGE_WRONG_USE`. */
export function readDecisionProject(flags: {readonly project?: string | undefined}): string | null {
  if (flags.project === undefined) return null
  if (projectIdPattern.test(flags.project)) return flags.project
  throw new UsageError('USAGE_WRONG_USE', `--project: wanted a project id, got ${describeValue(flags.project)}`)
}
