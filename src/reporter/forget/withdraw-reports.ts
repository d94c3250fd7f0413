import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {inboxNameOf} from '../../protocol/inbox.ts'
import type {Destination} from '../destination/destination.ts'
import {readSent} from '../destination/sent-log.ts'
import {folderScheme} from '../transports/folder.ts'

/**
 * Takes away those reports of this person that still lie in a folder, after a wish to be forgotten: else they would reach
 * the collector after the erasure. Knows them by the log of what has left. Never throws: what cannot be removed, because
 * the folder belongs to somebody else, is removed by nobody here.
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
