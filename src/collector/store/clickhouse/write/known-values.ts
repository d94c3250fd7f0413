import {boundValues, type KnownValues, type ValueTable} from '../../rules/known-values.ts'
import type {ClickHouse} from '../client/client.ts'

/** The values that projects have, in the memory of this collector. */
export interface StoredValues extends KnownValues<string> {
  /** Reads the values of projects, unless that was done in the last minutes. Call it before `admit`. */
  load(projects: readonly string[]): Promise<void>
  /** Stores the values that became known since the last call. If that fails, call `forget`. */
  post(): Promise<void>
}

/** Milliseconds after which the values of other collectors are read. */
const freshMs = 600_000

interface Known {
  /** For each kind, when each value became known: a UTC day; empty: it needed no room. */
  readonly kinds: Map<string, Map<string, string>>
  readonly atMs: number
  /** Values may be missing in the store. Another block may be using them, so they are read again, not removed. */
  readonly isForgotten: boolean
}

/**
 * Keeps all known values in memory, because nothing can be asked while a block is made. Several collectors do not see each
 * other's new values for ten minutes, so each may admit as many new ones.
 */
export function createStoredValues(clickhouse: ClickHouse, now: () => number = Date.now): StoredValues {
  const projects = new Map<string, Known>()
  const added: string[] = []
  const daysOf = (project: string, kind: string): Map<string, string> => {
    const {kinds} = projects.get(project)!
    const found = kinds.get(kind) ?? new Map<string, string>()
    kinds.set(kind, found)
    return found
  }
  const table: ValueTable<string> = {
    has: (project, kind, value) => daysOf(project, kind).has(value),
    add(project, kind, value, firstDay) {
      daysOf(project, kind).set(value, firstDay)
      added.push(JSON.stringify([project, kind, value, firstDay]))
    },
    count(project, kind, day, before) {
      const counts = {today: 0, year: 0}
      for (const first of daysOf(project, kind).values()) {
        counts.today += Number(first === day)
        counts.year += Number(first > before)
      }
      return counts
    },
  }
  const bounded = boundValues(table)

  async function read(project: string): Promise<void> {
    const rows = await clickhouse.ask<{kind: string; value: string; day: string}>(
      'known values',
      `SELECT kind, value, min(first_day) AS day FROM ${clickhouse.tableOf('known_values')}
       WHERE project = {project:String} GROUP BY kind, value`,
      {project},
    )
    const before = projects.get(project)
    projects.set(project, {kinds: new Map(), atMs: now(), isForgotten: false})
    for (const {kind, value, day} of rows) daysOf(project, kind).set(value, day)
    if (before === undefined || before.isForgotten) return
    // Values that became known while the answer was on its way.
    for (const [kind, days] of before.kinds)
      for (const [value, day] of days) if (!daysOf(project, kind).has(value)) daysOf(project, kind).set(value, day)
  }

  return {
    admit: bounded.admit,
    forget() {
      bounded.forget()
      for (const [project, {kinds}] of projects)
        projects.set(project, {kinds, atMs: Number.NEGATIVE_INFINITY, isForgotten: true})
      added.length = 0
    },
    async load(names) {
      const stale = names.filter(name => now() - (projects.get(name)?.atMs ?? Number.NEGATIVE_INFINITY) >= freshMs)
      await Promise.all(stale.map(read))
    },
    async post() {
      await clickhouse.post(
        clickhouse.tableOf('known_values'),
        ['project', 'kind', 'value', 'first_day'],
        added.splice(0),
      )
    },
  }
}
