import type {Said} from '../arguments/event-input.ts'
import {type FlagTable, reportingRows, runRows} from '../arguments/flag-table.ts'
import {readers} from '../arguments/read-values.ts'

const tables = {...reportingRows, run: runRows}

/** The commands that have a fast lane. */
export type FastName = keyof typeof tables

/** How many names follow each command. */
const wantedNames: Readonly<Record<FastName, number>> = {start: 0, end: 0, feature: 1, run: 0}

/** Whether somebody asked for output that only the slow lane prints. */
export const isToldMore = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  environment['USAGE_DEBUG'] === '1' || environment['USAGE_STRICT'] === '1'

/**
 * Reads a plain command line as the framework would. Null: something in it is not plain (unknown, said twice, `--`, a value
 * that begins with `-`), and the slow lane says what is wrong, if anything is. Throws `USAGE_WRONG_USE` for a wrong value.
 */
export function readFast(command: FastName, args: readonly string[]): {said: Said; names: string[]} | null {
  const table: FlagTable = tables[command]
  const said: Record<string, string | boolean | string[]> = {}
  const names: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (!arg.startsWith('-')) {
      names.push(arg)
      continue
    }
    const equals = arg.indexOf('=')
    const flag = arg.slice(2, equals === -1 ? undefined : equals)
    const row = arg.startsWith('--') && Object.hasOwn(table, flag) ? table[flag] : undefined
    if (row === undefined || row.isSlow || (said[flag] !== undefined && row.kind !== 'pairs')) return null
    if (row.kind === 'boolean') {
      if (equals !== -1) return null
      said[flag] = true
      continue
    }
    const value = equals === -1 ? args[++index] : arg.slice(equals + 1)
    if (value === undefined || value.startsWith('-')) return null
    if (row.kind === 'pairs') said[flag] = [...((said[flag] as string[] | undefined) ?? []), value]
    else said[flag] = row.kind === 'text' ? value : readers[row.kind](value)
  }
  return names.length === wantedNames[command] ? {said, names} : null
}
