import type {Header} from '../../../../protocol/report/header.ts'
import {headerColumns, valuesOfHeader} from '../../../../protocol/report/header-columns.ts'
import {collectorLimits} from '../../../limits.ts'
import {type PendingContent, withValues} from '../../rules/pending-content.ts'
import {createRoomShares, type RoomShares} from '../../rules/room-shares.ts'
import type {AdmittedEvent} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {versionOf} from '../tables/columns.ts'

export const pendingColumns = [
  ...['project', 'event', 'run', 'is_stored', 'received', ...headerColumns, 'content', 'row_version'],
]

/** Where a pending event belongs. */
export interface PendingPlace {
  readonly project: string
  readonly header: Header
  readonly receivedAtMs: number
  /** The key of the sender. Null: it does not share. */
  readonly source: string | null
}

/** Keeps events and values apart that a project does not declare yet. */
export interface PendingRows {
  /** Reads how much room of projects is taken, unless it is known. Call it before the others. */
  load(projects: readonly string[]): Promise<void>
  /** The row of an event of an undeclared feature. Null if the project or the sender has no room left. */
  ofFeature(place: PendingPlace, admitted: AdmittedEvent): string | null
  /** The row of the undeclared values of an event that is stored. Null if it has none, or the project has no room left. */
  ofValues(place: PendingPlace, admitted: AdmittedEvent): string | null
  /** Forgets how much room is taken. Call it after a failure or a deletion. */
  forget(): void
}

/** Milliseconds after which the pending events of other collectors are read. */
const freshMs = 600_000

/** Each collector knows how much is taken by others only for some minutes. */
export function createPendingRows(
  clickhouse: ClickHouse,
  maxBytes: number = collectorLimits.maxPendingBytes,
  now: () => number = Date.now,
): PendingRows {
  const rooms = new Map<string, {taken: number; atMs: number}>()
  const shares = new Map<string, RoomShares>()

  function hold(place: PendingPlace, pending: PendingContent, isStored: boolean): string | null {
    const {project, header, receivedAtMs, source} = place
    const {event, timeMs, isClamped} = pending
    const content = JSON.stringify({event, timeMs, isClamped})
    const room = rooms.get(project)!
    const sharing = shares.get(project)!
    if (!sharing.admits(source, content.length, maxBytes, room.taken)) return null
    room.taken += content.length
    sharing.add(source, content.length)
    const values = valuesOfHeader(header)
    return JSON.stringify([
      ...[project, event.id, event.run, Number(isStored), receivedAtMs],
      ...[...headerColumns.map(column => values[column]), content, versionOf(receivedAtMs)],
    ])
  }

  return {
    async load(projects) {
      const stale = projects.filter(
        project => now() - (rooms.get(project)?.atMs ?? Number.NEGATIVE_INFINITY) >= freshMs,
      )
      if (stale.length === 0) return
      const rows = await clickhouse.ask<{project: string; bytes: number}>(
        'pending bytes',
        `SELECT project, sum(length(content)) AS bytes FROM ${clickhouse.tableOf('pending_events')} FINAL
         WHERE project IN {projects:Array(String)} GROUP BY project`,
        {projects: stale},
      )
      const bytes = new Map(rows.map(row => [row.project, row.bytes]))
      for (const project of stale) {
        const taken = bytes.get(project) ?? 0
        rooms.set(project, {taken, atMs: now()})
        const sharing = shares.get(project) ?? createRoomShares()
        sharing.compare(taken)
        shares.set(project, sharing)
      }
    },
    ofFeature: (place, admitted) => hold(place, admitted, false),
    ofValues(place, {event, timeMs, isClamped, undeclared}) {
      if (undeclared === undefined) return null
      return hold(place, {event: withValues(event, undeclared), timeMs, isClamped}, true)
    },
    // Another block may be using them: they are read again, not removed.
    forget() {
      for (const room of rooms.values()) room.atMs = Number.NEGATIVE_INFINITY
    },
  }
}
