import {type Database, inTransaction} from '../tables/database.ts'

/** Milliseconds for which reports wait while a purge works. */
const pieceMs = 20

/** Works until nothing is left, in pieces of some milliseconds. Between them, waiting reports are written. */
export async function inPieces(next: () => boolean): Promise<void> {
  let pauseAt = performance.now() + pieceMs
  while (next()) {
    if (performance.now() < pauseAt) continue
    await new Promise(setImmediate)
    pauseAt = performance.now() + pieceMs
  }
}

/**
 * Changes a database until nothing is left. Each piece is a transaction of some milliseconds, and after each of them
 * waiting reports are written.
 *
 * @param next changes some hundred rows. False if nothing is left
 * @param afterPiece called after each transaction
 */
export async function changeInPieces(
  database: Database,
  next: () => boolean,
  afterPiece: () => void = () => {},
): Promise<void> {
  for (let isMore = true; isMore; await new Promise(setImmediate)) {
    isMore = inTransaction(database, () => {
      const pauseAt = performance.now() + pieceMs
      let left = next()
      while (left && performance.now() < pauseAt) left = next()
      return left
    })
    afterPiece()
  }
}

/** Rows of one piece: a few milliseconds. */
const rows = 2_000

/** A table with its key, or the time by which it is walked. */
export interface WalkedTable {
  readonly table: string
  readonly key: string
  readonly isTime?: boolean
}

/** The condition for the rows of one piece. */
export const inPiece = (key: string): string => `project = :project AND ${key} > :after AND ${key} <= :last`

/** Greater than every key: keys have 16 bytes. */
const lastKey = Buffer.alloc(17, 0xff)

/**
 * Makes the function that runs statements with `inPiece` for the next rows of a project, in the order of the key. It
 * returns false at the end of the table.
 */
export function walkTable(
  database: Database,
  project: number,
  {table, key, isTime = false}: WalkedTable,
  statements: readonly string[],
): () => boolean {
  const findLast = database.prepare(`
    SELECT ${key} AS last FROM ${table} WHERE project = :project AND ${key} > :after ORDER BY ${key}
    LIMIT 1 OFFSET ${rows - 1}`)
  const prepared = statements.map(text => database.prepare(text))
  let after: Uint8Array | number = isTime ? Number.MIN_SAFE_INTEGER : new Uint8Array()
  return () => {
    const last = findLast.get({project, after})?.['last'] as Uint8Array | number | undefined
    const end = last ?? (isTime ? Number.MAX_SAFE_INTEGER : lastKey)
    for (const statement of prepared) statement.run({project, after, last: end})
    after = end
    return last !== undefined
  }
}
