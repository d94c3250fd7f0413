import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {deserialize, serialize} from 'node:v8'
import type {FeatureColumns, RunColumns} from './columns.ts'

/** The folder in a data folder for what was read from the tables. It may be removed at any time: it is read anew. */
export const columnsFolder = 'columns'

/** Files of another form than this are read anew. */
const form = 1

/** Keeps columns on disk for the next process. Every failure is as if nothing were kept. */
export interface ColumnFiles {
  /** The columns that were kept under this name for just this state of the tables, else null. */
  read(name: string, state: string): RunColumns | FeatureColumns | null
  write(name: string, state: string, columns: RunColumns | FeatureColumns): void
}

export function createColumnFiles(dataDirectory: string): ColumnFiles {
  const folder = join(dataDirectory, columnsFolder)
  return {
    read(name, state) {
      try {
        const kept = deserialize(readFileSync(join(folder, name)))
        return kept.form === form && kept.state === state ? kept.columns : null
      } catch {
        return null
      }
    },
    write(name, state, columns) {
      const path = join(folder, name)
      const temporary = `${path}.${process.pid}`
      try {
        mkdirSync(folder, {recursive: true, mode: 0o700})
        writeFileSync(temporary, serialize({form, state, columns}), {mode: 0o600})
        renameSync(temporary, path)
      } catch {
        rmSync(temporary, {force: true})
      }
    },
  }
}

/** Removes what is kept, so that nothing is left of what somebody had erased. */
export function removeColumnFiles(dataDirectory: string): void {
  rmSync(join(dataDirectory, columnsFolder), {recursive: true, force: true})
}
