import {randomUUID} from 'node:crypto'
import {existsSync} from 'node:fs'
import {revokeTokensOf} from '../access/read-tokens.ts'
import {revokeShareToken} from '../access/share-links.ts'
import {removeMarksOf} from '../history/import-mark.ts'
import type {LiveProjects} from '../intake/live-projects.ts'
import type {Log} from '../monitoring/log.ts'
import {openStore} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'
import {lockDataFolder} from '../store/sqlite/copy/lock-data-folder.ts'
import type {ProjectReceipt, Store} from '../store/store.ts'

/** The receipt of a project's end, with the tokens and links that were revoked. */
export interface EndedProject extends ProjectReceipt {
  readonly tokens: number
  readonly links: number
}

export interface ProjectEndParts {
  readonly live: Pick<LiveProjects, 'remove'>
  readonly store: Pick<Store, 'endProject'>
  readonly dataDirectory: string
  readonly log: Pick<Log, 'info'>
  /** Resolves when everything that has arrived is stored. */
  readonly settle: () => Promise<void>
  /** Pauses the collector's own reading of the store. Resolves to the function that resumes it. */
  readonly pauseReading: () => Promise<() => void>
  /** Unix milliseconds. */
  readonly now: () => number
}

/**
 * Makes the function by which a running collector ends a project: it refuses further reports, deletes everything of the
 * project, and resolves to the receipt. One project at a time. A killed end is completed by the next one.
 */
export function createProjectEnd(parts: ProjectEndParts): (project: string) => Promise<EndedProject> {
  let last: Promise<unknown> = Promise.resolve()
  const end = async (project: string): Promise<EndedProject> => {
    parts.live.remove(project)
    await parts.settle()
    const ended = await endIn(parts.store, parts.dataDirectory, project, parts.now(), parts.pauseReading)
    parts.log.info('project ended', {...ended})
    return ended
  }
  return project => {
    const ended = last.then(() => end(project))
    last = ended.catch(() => undefined)
    return ended
  }
}

/**
 * Ends a project in a store that no collector writes. Rejects with a `UsageError`: USAGE_STORE_LOCKED,
 * USAGE_PROJECT_UNKNOWN, USAGE_STORE_UNREADABLE.
 */
export async function endStoredProject(place: StorePlace, project: string, nowMs: number): Promise<EndedProject> {
  // A collector of a distributed store locks its folder, too: it must hear of the end.
  const isLocking = place.kind !== 'sqlite' && existsSync(place.dataDirectory)
  const unlock = isLocking ? lockDataFolder(place.dataDirectory) : () => {}
  try {
    const store = await openStore(place)
    try {
      return await endIn(store, place.dataDirectory, project, nowMs, async () => () => {})
    } finally {
      await store.close()
    }
  } finally {
    unlock()
  }
}

/** The rows are deleted last: while the store has the project, the command can be repeated. */
async function endIn(
  store: Pick<Store, 'endProject'>,
  dataDirectory: string,
  project: string,
  nowMs: number,
  pauseReading: ProjectEndParts['pauseReading'],
): Promise<EndedProject> {
  const tokens = revokeTokensOf(dataDirectory, project)
  const links = Number(revokeShareToken(dataDirectory, project))
  removeMarksOf(dataDirectory, project)
  const receipt = await store.endProject({project, receipt: randomUUID(), atMs: nowMs}, pauseReading)
  return {...receipt, tokens, links}
}
