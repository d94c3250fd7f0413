import {chmodSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {reach} from '../../fault-points.ts'
import {inboxNameOf} from '../../protocol/report/inbox.ts'
import type {Transport} from './transport.ts'

/** How the endpoint of a folder is written: `file:///shared/inbox`. */
export const folderScheme = 'file://'

/** Whoever wrote it, and the group of the folder, so that a group of the site can carry it on; nobody else. */
const reportMode = 0o640

/** What stands in the log in the place of an answer. */
const laidDown = (name: string): string => `written to the folder as ${name}; delivery is not confirmed`

/**
 * Makes the transport that lays each report into a folder, whole or not at all. Never throws, opens no socket. The folder
 * has to be there: one that is missing is a disk that is not mounted, and a folder made in its place would be emptied by
 * nobody. The bytes are on disk before the file has its name.
 */
export function folderTransport(): Transport {
  return async ({endpoint, body}) => {
    const name = inboxNameOf(body)
    try {
      layDown(fileURLToPath(endpoint), name, body)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return {kind: 'kept', reason: 'no-folder', message, retryAfterSeconds: null}
    }
    const {events} = JSON.parse(body) as {events: readonly unknown[]}
    const answer = {accepted: events.length, duplicates: 0, rejected: []}
    return {kind: 'answered', status: 0, body: laidDown(name), answer}
  }
}

function layDown(folder: string, name: string, body: string): void {
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`)
  const temporary = join(folder, `.${name}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`)
  try {
    writeFileSync(temporary, body, {mode: reportMode, flag: 'wx', flush: true})
    // Whatever the mask of the person is: else nobody could carry it on.
    chmodSync(temporary, reportMode)
    reach('folder: before the report is renamed')
    renameSync(temporary, join(folder, name))
  } catch (error) {
    rmSync(temporary, {force: true})
    throw error
  }
}
