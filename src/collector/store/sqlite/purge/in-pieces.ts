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
