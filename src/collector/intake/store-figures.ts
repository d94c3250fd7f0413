import {join} from 'node:path'
import type {Figure} from '../monitoring/metrics.ts'
import {freeBytes, storeBytes} from '../store/sqlite/source.ts'
import {databaseName} from '../store/sqlite/tables/database.ts'

/** The figures of the store of a data folder. */
export const storeFigures = (dataDirectory: string): Figure[] => [
  {name: 'store_bytes', help: 'Bytes of the store.', read: () => storeBytes(join(dataDirectory, databaseName))},
  freeFigure(dataDirectory),
]

export const freeFigure = (dataDirectory: string): Figure => ({
  name: 'free_bytes',
  help: 'Free bytes on the disk of the data folder.',
  read: () => freeBytes(dataDirectory),
})
