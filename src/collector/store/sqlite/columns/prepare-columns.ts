import type {Prepared} from '../../store.ts'
import type {Database} from '../tables/database.ts'
import {type Month, openColumns} from './column-cache.ts'
import type {ColumnFiles} from './column-files.ts'
import {createReadCache} from './read-cache.ts'

/** Writes the files of months, so that no question has to read these months from the tables. */
export interface Preparer {
  /**
   * Reads some months that have no file of their current state: one that is large, or small ones for some milliseconds.
   * Null if none is left. The caller keeps a transaction open. No columns stay in memory. The newest month of a project
   * changes with every report, and gets no file.
   */
  next(): Prepared | null
}

/** Milliseconds after which no further month is read. */
const pieceMs = 50

interface MissingMonth {
  readonly key: string
  readonly parts: readonly Month<unknown>[]
}

export function createPreparer(database: Database, files: ColumnFiles): Preparer {
  const projects = database.prepare('SELECT id FROM projects ORDER BY id')
  /** Months and states that need no second look, also where no file could be written or the month is small. */
  const seen = new Set<string>()
  let done = 0

  function findMissing(project: number): MissingMonth[] {
    const columns = openColumns(database, project, createReadCache(files, 0))
    const parts = [...columns.runs([always]), ...columns.features([always])].filter(({isClosed}) => isClosed)
    return [...Map.groupBy(parts, ({fromMs}) => fromMs)].flatMap(([fromMs, ofMonth]) => {
      const key = `${project} ${fromMs} ${ofMonth[0]!.state}`
      if (seen.has(key)) return []
      const missing = ofMonth.filter(month => !month.isKept())
      if (missing.length === 0) seen.add(key)
      return missing.length === 0 ? [] : [{key, parts: missing}]
    })
  }

  return {
    next() {
      const missing = projects.all().flatMap(({id}) => findMissing(Number(id)))
      if (missing.length === 0) return null
      const of = done + missing.length
      const endMs = performance.now() + pieceMs
      for (const {key, parts} of missing) {
        for (const part of parts) part.columns()
        seen.add(key)
        done++
        if (performance.now() > endMs) break
      }
      return {done, of}
    },
  }
}

const always = {fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY}
