import {UsageError} from '../../errors.ts'
import type {LostFolder} from '../world/directories.ts'
import type {World} from '../world/world.ts'

/**
 * Checks that the two folders of the person, or the given one, can be found. Touches no file. Throws `USAGE_VARIABLE_INVALID`
 * with the variable, and with what opts out all the same.
 */
export function requireFolders({lostFolders}: World, only?: LostFolder['folder']): void {
  const lost = lostFolders.findLast(one => only === undefined || one.folder === only)
  if (lost === undefined) return
  const options = lost.isOtherText && lost.folder === 'settings' ? {next: optOutBy(lost)} : {}
  throw new UsageError('USAGE_VARIABLE_INVALID', lost.problem, options)
}

/** A shell sees the bytes of a path that Node.js cannot read: the lines that opt out there. */
function optOutBy({variable}: LostFolder): string {
  const folder = {USAGE_CONFIG_DIR: '$USAGE_CONFIG_DIR', XDG_CONFIG_HOME: '$XDG_CONFIG_HOME/usage'}[variable]
  const path = folder ?? '$HOME/.config/usage'
  return `Use a path in UTF-8. To opt out of all projects here, run: mkdir -p "${path}" && touch "${path}/optout"`
}
