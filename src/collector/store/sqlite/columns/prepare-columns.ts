import type {Prepared} from '../../store.ts'
import type {Database} from '../tables/database.ts'
import {type Month, openColumns} from './column-cache.ts'
import type {ColumnFiles} from './column-files.ts'
import {createReadCache} from './read-cache.ts'

/** Writes the files of months, so that no question has to read these months from the tables. */
export interface Preparer {
  /**
   * Reads some months that have no file of their current state: one that is large, or small ones for some milliseconds.
   * Null if none is left; the next call begins again. The caller keeps a transaction open. No columns stay in memory. The newest month of a project
   * changes with every report, and gets no file.
   */
  next(): Prepared | null
}

/** Milliseconds after which no further month is read. */
const pieceMs = 50

interface MissingPart {
  readonly key: string
  readonly month: Month<unknown>
}

export function createPreparer(database: Database, files: ColumnFiles): Preparer {
  const projects = database.prepare('SELECT id FROM projects ORDER BY id')
  /** The states of parts that got no file, because they are small or it cannot be written. */
  const withoutFile = new Map<string, string>()
  /** The states of parts with a file, in this pass. */
  const withFile = new Map<string, string>()
  let done = 0

  const isMissing = ({key, month}: MissingPart): boolean => {
    if (!month.isClosed || withoutFile.get(key) === month.state || withFile.get(key) === month.state) return false
    if (!month.hasFile()) return true
    withFile.set(key, month.state)
    return false
  }

  /** The missing parts of each month. */
  function findMissing(project: number): MissingPart[][] {
    const columns = openColumns(database, project, createReadCache(files, 0))
    const parts = [
      ...columns.runs([always]).map(month => ({key: `${project} ${month.fromMs} runs`, month})),
      ...columns.features([always]).map(month => ({key: `${project} ${month.fromMs} features`, month})),
    ]
    return [...Map.groupBy(parts.filter(isMissing), ({month}) => month.fromMs).values()]
  }

  return {
    next() {
      const missing = projects.all().flatMap(({id}) => findMissing(Number(id)))
      const of = done + missing.length
      const endMs = performance.now() + pieceMs
      for (const parts of missing) {
        for (const {key, month} of parts) {
          month.columns()
          ;(month.hasFile() ? withFile : withoutFile).set(key, month.state)
        }
        done++
        if (performance.now() > endMs) break
      }
      if (missing.length > 0) return {done, of}
      withFile.clear()
      done = 0
      return null
    },
  }
}

const always = {fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY}
