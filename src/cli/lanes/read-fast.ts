import type {FlagValues} from '../arguments/event-input.ts'
import {type FlagTable, reportingRows, runRows} from '../arguments/flag-table.ts'
import {readers} from '../arguments/read-values.ts'

const tables = {...reportingRows, run: runRows}

/** The commands that have a fast lane. */
export type FastName = keyof typeof tables

/** How many names follow each command. */
const wantedNames: Readonly<Record<FastName, number>> = {start: 0, end: 0, feature: 1, run: 0}

/** Whether somebody asked for output that only the slow lane prints. */
export const needsSlowLane = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  environment['USAGE_DEBUG'] === '1' || environment['USAGE_STRICT'] === '1'

/**
 * Reads a plain command line as the framework would. Null if it is not plain: an unknown or repeated flag, `--`, a value that
 * begins with `-`. The slow lane then reads it, and explains what is wrong. Throws `USAGE_WRONG_USE` for a wrong value.
 */
export function readFast(command: FastName, args: readonly string[]): {flags: FlagValues; names: string[]} | null {
  const table: FlagTable = tables[command]
  const flags: Record<string, string | boolean | string[]> = {}
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
    if (row === undefined || row.isSlow || (flags[flag] !== undefined && row.kind !== 'pairs')) return null
    if (row.kind === 'boolean') {
      if (equals !== -1) return null
      flags[flag] = true
      continue
    }
    const value = equals === -1 ? args[++index] : arg.slice(equals + 1)
    if (value === undefined || value.startsWith('-')) return null
    if (row.kind === 'pairs') flags[flag] = [...((flags[flag] as string[] | undefined) ?? []), value]
    else flags[flag] = row.kind === 'text' ? value : readers[row.kind](value)
  }
  return names.length === wantedNames[command] ? {flags, names} : null
}
