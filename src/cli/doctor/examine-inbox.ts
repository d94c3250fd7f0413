import {accessSync, constants, statSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {type Finding, messageOf, ok, problem} from './finding.ts'

/** Checks the folder of a `file:` endpoint: a sender writes reports there, and a site forwards them. Never throws. */
export function examineInbox(endpoint: string): Finding {
  let folder = endpoint
  try {
    folder = fileURLToPath(endpoint)
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder')
    accessSync(folder, constants.W_OK | constants.X_OK)
    return ok('folder', `${folder} can be written. Your site forwards the reports; delivery is not confirmed.`)
  } catch (error) {
    const next =
      'Ask your administrator to mount or create the folder, with write permission for your group: docs/inbox.md.'
    return problem('folder', `${folder} cannot be used: ${messageOf(error)}`, next)
  }
}
