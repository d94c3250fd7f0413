import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {inboxNameOf} from '../../protocol/report/inbox.ts'
import type {Destination} from '../destination/destination.ts'
import {readSent} from '../destination/sent-log.ts'
import {folderScheme} from '../transports/folder.ts'

/**
 * Removes the user's reports that still wait in a folder, after an erasure request: otherwise they would reach the
 * collector after the erasure. Finds them by the sent log. Never throws: a report that cannot be removed, for example
 * in a folder of another user, stays.
 */
export function withdrawReports({paths, project}: Destination): void {
  const {file} = project.endpoint
  if (file === undefined) return
  for (const {endpoint, body} of readSent(paths.sent)) {
    if (!endpoint.startsWith(folderScheme)) continue
    try {
      rmSync(join(fileURLToPath(endpoint), inboxNameOf(body)), {force: true})
    } catch {}
  }
}
