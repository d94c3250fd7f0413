import type {FeatureEvent} from '../../../../protocol/report/event.ts'
import {collectorLimits} from '../../../limits.ts'
import {type PendingContent, withValues} from '../../rules/pending-content.ts'
import {createRoomShares, type RoomShares} from '../../rules/room-shares.ts'
import type {AdmittedEvent, InsertOutcome} from '../../store.ts'
import type {Database} from '../tables/database.ts'

/** Where an event belongs in the store. */
export interface PendingPlace {
  readonly project: number
  readonly header: number
  /** Unix milliseconds. */
  readonly receivedAtMs: number
  /** The key of the sender. Null: it does not share. */
  readonly source?: string | null
}

const sql = {
  hold: `
    INSERT INTO pending_events (project, event, run, header, received_at, is_stored, content)
    VALUES (:project, :event, :run, :header, :at, :stored, :content) ON CONFLICT DO NOTHING`,
  isStored: 'SELECT 1 FROM features WHERE project = :project AND event = :event',
  bytes: 'SELECT coalesce(sum(length(content)), 0) AS bytes FROM pending_events WHERE project = ?',
} as const

/** Keeps events and values apart that a project does not declare yet. Call its functions inside a transaction. */
export interface PendingEvents {
  /** Keeps a feature event of an undeclared feature. Refused if the project or the sender has no room left. */
  holdFeature(place: PendingPlace, admitted: AdmittedEvent, event: FeatureEvent): InsertOutcome
  /** Keeps the undeclared values of an event that was just stored. They are lost if the project has no room left. */
  holdValues(place: PendingPlace, admitted: AdmittedEvent): void
  /** Forgets how much room is taken. Call it after a rollback or a deletion. */
  forget(): void
}

export function createPendingEvents(
  database: Database,
  maxBytes: number = collectorLimits.maxPendingBytes,
): PendingEvents {
  const [insert, findStored, sum] = [sql.hold, sql.isStored, sql.bytes].map(text => database.prepare(text)) as [
    ReturnType<Database['prepare']>,
    ReturnType<Database['prepare']>,
    ReturnType<Database['prepare']>,
  ]
  const taken = new Map<number, number>()
  const shares = new Map<number, RoomShares>()

  function hold(
    {project, header, receivedAtMs, source = null}: PendingPlace,
    pending: PendingContent,
    stored: 0 | 1,
  ): InsertOutcome {
    const {event, timeMs, isClamped} = pending
    const content = JSON.stringify({event, timeMs, isClamped})
    const sharing = shares.get(project) ?? createRoomShares()
    shares.set(project, sharing)
    const before = taken.get(project) ?? Number(sum.get(project)?.['bytes'])
    if (!taken.has(project)) sharing.compare(before)
    taken.set(project, before)
    if (!sharing.admits(source, content.length, maxBytes, before)) return 'refused'
    const run = event.run === null ? null : toBlob(event.run)
    const values = {project, event: toBlob(event.id), run, header, at: receivedAtMs, stored, content}
    if (insert.run(values).changes === 0) return 'duplicate'
    taken.set(project, before + content.length)
    sharing.add(source, content.length)
    return 'accepted'
  }

  return {
    holdFeature(place, admitted, event) {
      const {project} = place
      if (findStored.get({project, event: toBlob(event.id)}) !== undefined) return 'duplicate'
      return hold(place, admitted, 0)
    },
    holdValues(place, {event, timeMs, isClamped, undeclared}) {
      if (undeclared !== undefined) hold(place, {event: withValues(event, undeclared), timeMs, isClamped}, 1)
    },
    forget: () => taken.clear(),
  }
}

const toBlob = (uuid: string): Uint8Array => Buffer.from(uuid.replaceAll('-', ''), 'hex')
