import {formatDay} from '../../../stats/model/period.ts'
import {collectorLimits} from '../../limits.ts'
import {createRoomShares, type RoomShares} from './room-shares.ts'

/** The values that a project has, by kind: versions, features, values of a field. */
export interface KnownValues<Project> {
  /**
   * True if the value is known. A new one becomes known if its kind has room for one more on the UTC day of an instant
   * (Unix milliseconds), and its sender a share in it. Without bounds it always does, and needs no room.
   *
   * @param source the key of the sender. Null: it does not share.
   */
  admit(
    project: Project,
    kind: string,
    value: string,
    atMs: number,
    isBounded: boolean,
    source?: string | null,
  ): boolean
  /** Empties the cache. Call it after a rollback or a deletion. */
  forget(): void
}

/** The known values where they are stored. Projects are numbers or names. */
export interface ValueTable<Project> {
  has(project: Project, kind: string, value: string): boolean
  /** `firstDay` is of the receipt, UTC; empty: it needs no room. */
  add(project: Project, kind: string, value: string, firstDay: string): void
  /** How many became known on a day, and after another one. */
  count(project: Project, kind: string, day: string, before: string): {readonly today: number; readonly year: number}
}

/** The most values in the cache of a kind, which is then emptied. */
const maxCached = 20_000
const yearMs = 366 * 86_400_000

/** How many new values a kind may have. */
export interface NewValues {
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

/** Bounds the values of a table. */
export function boundValues<Project extends string | number>(
  table: ValueTable<Project>,
  {maxNewValuesADay, maxNewValuesAYear, newValuesADayBeyondYear}: NewValues = collectorLimits,
): KnownValues<Project> {
  const kinds = new Map<Project, Map<string, Kind>>()

  const kindOf = (project: Project, name: string): Kind => {
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
  const roomOn = (project: Project, kind: string, day: string): Pick<Kind, 'room' | 'taken'> => {
    const before = formatDay(Date.parse(day) - yearMs)
    const aDay = maxNewValuesADay[kind.split(' ', 1)[0]!] ?? 0
    const {today: taken, year} = table.count(project, kind, day, before)
    const ofYear = Math.max(newValuesADayBeyondYear, maxNewValuesAYear - (year - taken))
    return {room: Math.min(aDay, ofYear), taken}
  }

  return {
    admit(project, name, value, atMs, isBounded, source = null) {
      const kind = kindOf(project, name)
      if (kind.values.has(value)) return true
      if (!table.has(project, name, value)) {
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
        table.add(project, name, value, isBounded ? day : '')
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
