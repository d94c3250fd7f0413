import {formatDay} from '../../../stats/model/period.ts'
import {collectorLimits} from '../../limits.ts'
import type {Database} from './database.ts'

/** The values that a project has, by kind: versions, features, values of a field. */
export interface KnownValues {
  /**
   * True if the value is known. A new one becomes known if its kind has room for one more on the UTC day of an instant
   * (Unix milliseconds). Without bounds it always does, and needs no room.
   */
  admit(project: number, kind: string, value: string, atMs: number, isBounded: boolean): boolean
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
}

/** The values of one kind of one project. */
interface Kind {
  readonly values: Set<string>
  day: string
  /** New values that may still become known on that day. */
  room: number
}

/** Makes it over the tables of a database. Call `admit` inside a transaction. */
export function createKnownValues(
  database: Database,
  {maxNewValuesADay, maxNewValuesAYear}: NewValues = collectorLimits,
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
    const kind = ofProject.get(name) ?? {values: new Set<string>(), day: '', room: 0}
    ofProject.set(name, kind)
    return kind
  }

  const roomOn = (project: number, kind: string, day: string): number => {
    const before = formatDay(Date.parse(day) - yearMs)
    const row = count.get({project, kind, day, before})
    const aDay = maxNewValuesADay[kind.startsWith('field ') ? 'field' : kind] ?? 0
    return Math.min(aDay - Number(row?.['today']), maxNewValuesAYear - Number(row?.['year']))
  }

  return {
    admit(project, name, value, atMs, isBounded) {
      const kind = kindOf(project, name)
      if (kind.values.has(value)) return true
      if (find.get(project, name, value) === undefined) {
        const day = formatDay(atMs)
        if (isBounded && kind.day !== day) Object.assign(kind, {day, room: roomOn(project, name, day)})
        if (isBounded && kind.room <= 0) return false
        kind.room--
        insert.run(project, name, value, isBounded ? day : '')
      }
      if (kind.values.size >= maxCached) kind.values.clear()
      kind.values.add(value)
      return true
    },
    forget: () => kinds.clear(),
  }
}
