import type {Database} from '../tables/database.ts'
import {type Exit, type RunEnds, results} from './columns.ts'
import {exitOf, nameSignal} from './exits.ts'
import {growing} from './growing.ts'
import {numbering} from './numbering.ts'

/** Finds a run by its key. */
export const runEndQuery = `
  SELECT header, coalesce(result, 'open') AS result, exit_code AS exitCode, signal, last_sign_at AS lastSignAt
  FROM run_results WHERE project = :project AND run = :run`

interface Row {
  readonly header: number
  readonly result: (typeof results)[number]
  readonly exitCode: number | null
  readonly signal: string | null
  readonly lastSignAt: number
}

/** Makes a reader that looks up one run after another. */
export function createRunEndsReader(database: Database, project: number) {
  const find = database.prepare(runEndQuery)
  const exits = numbering<string, Exit>()
  const columns = {
    header: growing(Int32Array),
    result: growing(Uint8Array),
    exit: growing(Int32Array),
    lastSignAt: growing(Float64Array),
  }
  return {
    read(run: Uint8Array): void {
      const found = find.get({project, run}) as Row | undefined
      const row = found === undefined ? none : nameSignal(found)
      columns.header.push(row.header)
      columns.result.push(results.indexOf(row.result))
      columns.exit.push(exitOf(row, exits))
      columns.lastSignAt.push(row.lastSignAt)
    },
    ends: (): RunEnds => ({
      header: columns.header.column(),
      result: columns.result.column(),
      exit: columns.exit.column(),
      exits: exits.values,
      lastSignAt: columns.lastSignAt.column(),
    }),
  }
}

const none: Row = {header: -1, result: 'unknown', exitCode: null, signal: null, lastSignAt: 0}
