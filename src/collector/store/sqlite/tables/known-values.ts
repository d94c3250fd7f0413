import {formatDay} from '../../../../stats/model/period.ts'
import {collectorLimits} from '../../../limits.ts'
import type {Database} from './database.ts'
import {createRoomShares, type RoomShares} from './room-shares.ts'

/** The values that a project has, by kind: versions, features, values of a field. */
export interface KnownValues {
  /**
   * True if the value is known. A new one becomes known if its kind has room for one more on the UTC day of an instant
   * (Unix milliseconds), and its sender a share in it. Without bounds it always does, and needs no room.
   *
   * @param source the key of the sender. Null: it does not share.
   */
  admit(project: number, kind: string, value: string, atMs: number, isBounded: boolean, source?: string | null): boolean
  /** Empties the cache. Call it after a rollback or a deletion. */
  forget(): void
}

/** The most values in the cache of a kind, which is then emptied. */
const maxCached = 20_000
const yearMs = 366 * 86_400_000

const sql = {
  find: 'SELECT 1 FROM known_values WHERE project = ? AND kind = ? AND value = ?',
  insert: 'INSERT INTO known_values (project, kind, value, first_day) VALUES (?, ?, ?, ?)',
  count: `
    SELECT count(*) FILTER (WHERE first_day = :day) AS today, count(*) FILTER (WHERE first_day > :before) AS year
    FROM known_values WHERE project = :project AND kind = :kind`,
} as const

/** How many new values a kind may have. */
interface NewValues {
  readonly maxNewValuesADay: Readonly<Record<string, number>>
  readonly maxNewValuesAYear: number
  readonly newValuesADayBeyondYear: number
}

/** The values of one kind of one project. */
interface Kind {
  readonly values: Set<string>
  day: string
  /** False: the room has to be read again. */
  isRead: boolean
  /** New values that may become known on that day. */
  room: number
  /** New values that became known on that day. */
  taken: number
  shares: RoomShares
}

/** Makes it over the tables of a database. Call `admit` inside a transaction. */
export function createKnownValues(
  database: Database,
  {maxNewValuesADay, maxNewValuesAYear, newValuesADayBeyondYear}: NewValues = collectorLimits,
): KnownValues {
  const [find, insert, count] = [sql.find, sql.insert, sql.count].map(text => database.prepare(text)) as [
    ReturnType<Database['prepare']>,
    ReturnType<Database['prepare']>,
    ReturnType<Database['prepare']>,
  ]
  const kinds = new Map<number, Map<string, Kind>>()

  const kindOf = (project: number, name: string): Kind => {
    const ofProject = kinds.get(project) ?? new Map<string, Kind>()
    kinds.set(project, ofProject)
    const kind = ofProject.get(name) ?? {
      values: new Set<string>(),
      day: '',
      isRead: false,
      room: 0,
      taken: 0,
      shares: createRoomShares(),
    }
    ofProject.set(name, kind)
    return kind
  }

  /** The room of a day. If the values of a year are used up, some a day remain: a flood hides no release for a year. */
  const roomOn = (project: number, kind: string, day: string): Pick<Kind, 'room' | 'taken'> => {
    const before = formatDay(Date.parse(day) - yearMs)
    const row = count.get({project, kind, day, before})
    const aDay = maxNewValuesADay[kind.startsWith('field ') ? 'field' : kind] ?? 0
    const taken = Number(row?.['today'])
    const ofYear = Math.max(newValuesADayBeyondYear, maxNewValuesAYear - (Number(row?.['year']) - taken))
    return {room: Math.min(aDay, ofYear), taken}
  }

  return {
    admit(project, name, value, atMs, isBounded, source = null) {
      const kind = kindOf(project, name)
      if (kind.values.has(value)) return true
      if (find.get(project, name, value) === undefined) {
        const day = formatDay(atMs)
        if (isBounded && !(kind.isRead && kind.day === day)) {
          if (kind.day !== day) kind.shares = createRoomShares()
          Object.assign(kind, {day, isRead: true, ...roomOn(project, name, day)})
          kind.shares.compare(kind.taken)
        }
        if (isBounded && !kind.shares.admits(source, 1, kind.room, kind.taken)) return false
        if (isBounded) {
          kind.taken++
          kind.shares.add(source, 1)
        }
        insert.run(project, name, value, isBounded ? day : '')
      }
      if (kind.values.size >= maxCached) kind.values.clear()
      kind.values.add(value)
      return true
    },
    forget() {
      for (const ofProject of kinds.values())
        for (const kind of ofProject.values()) {
          kind.values.clear()
          // The shares stay: a sender that makes the collector forget gets no new one.
          kind.isRead = false
        }
    },
  }
}
