/**
 * Room `place`: where a store is.
 *
 * Commands and the collector pass a place on. Only the room `open` looks into it. Pure.
 * Read next: `open.ts`.
 */

/** Where a store is, and the data folder with the tokens, secrets and marks that belong to it. */
export interface StorePlace {
  readonly kind: 'sqlite'
  readonly dataDirectory: string
}

/** The store in a file of a data folder. */
export const storeInFolder = (dataDirectory: string): StorePlace => ({kind: 'sqlite', dataDirectory})
