import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {projectIdPattern} from '../../protocol/values/scalars.ts'
import type {ProjectFlags} from '../arguments/project-choice.ts'

/** The argument of the commands for users: one project, else all. Stdin belongs to the script that calls them. */
export const personArgs = {
  project: Args.string({description: 'the id of one project (default: all projects)', ignoreStdin: true}),
}

/** The flag of opt-in and opt-out. Environment variables are ignored. */
export const decisionFlags = {project: Flags.string({description: 'the same as the argument', helpValue: 'ID'})}

interface Given {
  readonly project?: string | undefined
}

/**
 * The project of an opt-in or opt-out, or null for all. Throws USAGE_WRONG_USE for an invalid id, and for the argument
 * `all`: who types it means all projects. `--project all` is the project with this id.
 */
export function readDecisionProject(args: Given, flags: Given): string | null {
  const id = readId(args, flags)
  const isAll = id === 'all' && flags.project === undefined
  if (id === undefined || (projectIdPattern.test(id) && !isAll)) return id ?? null
  const name = args.project === undefined ? '--project' : 'PROJECT'
  const meant = id.toLowerCase()
  const next = isAll
    ? 'For all projects, use the command without PROJECT. For a project with this id: --project all'
    : projectIdPattern.test(meant)
      ? `Did you mean \`${meant}\`?`
      : '`usage status` shows the ids. For all projects, use the command without PROJECT.'
  throw new UsageError('USAGE_WRONG_USE', `${name}: must be a project id, got ${describeValue(id)}`, {next})
}

/** The flags that select a project, with the argument as `--project`. Throws USAGE_WRONG_USE if the two differ. */
export function readPersonProject(args: Given, flags: ProjectFlags): ProjectFlags {
  return {...flags, project: readId(args, flags)}
}

function readId(args: Given, flags: Given): string | undefined {
  const id = args.project ?? flags.project
  if ((flags.project ?? id) === id) return id
  throw new UsageError(
    'USAGE_WRONG_USE',
    `--project must be the same as the argument, got ${describeValue(flags.project)} and ${describeValue(id)}`,
  )
}
