import {UsageError} from '../../errors.ts'
import {knownIds} from '../../reporter/projects/known-destinations.ts'
import {UnknownProject} from '../../reporter/projects/projects.ts'
import type {World} from '../../reporter/world/world.ts'
import {nearestWords, writeProposal} from './nearest-words.ts'

/** Ids that are listed; a machine may know many projects. */
const shownIds = 20

/** `Did you mean ID? Known here: ID, ID.` for an id that is none of the known ones. */
export function writeKnown(id: string, known: readonly string[]): string {
  if (known.length === 0) return 'No project is known here.'
  const more = known.length > shownIds ? ` and ${known.length - shownIds} more` : ''
  const proposal = writeProposal(nearestWords(id, known))
  return `${proposal === null ? '' : `${proposal} `}Known here: ${known.slice(0, shownIds).join(', ')}${more}.`
}

/** The error for an unknown project, with the ids known on this machine. Any other error as it is. Reads folders. */
export function withKnownProjects(error: UsageError, world: World): UsageError {
  if (!(error instanceof UnknownProject)) return error
  const next = `${writeKnown(error.id, knownIds(world))} To register a project: usage project add FILE`
  return new UsageError(error.code, error.message, {next})
}
