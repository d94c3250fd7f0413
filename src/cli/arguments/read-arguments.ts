import type {FlagTable} from './flag-table.ts'

/** The values of flags as they were written. An empty value counts as absent. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** A command line as it was read. */
export interface ReadArguments {
  readonly flags: FlagValues
  /** What is neither a flag nor the value of one. */
  readonly names: readonly string[]
  /** What could not be read, each with what is wrong: the event is recorded without it. */
  readonly unread: readonly string[]
}

/**
 * Reads a command line. Never fails: an unknown flag or a missing value is named in `unread`. A flag of the table is never
 * the value of another one, so an empty variable without quotes costs its own flag and no other.
 *
 * Also runs on Node.js 10, before `usage run`.
 */
export function readArguments(table: FlagTable, args: readonly string[]): ReadArguments {
  const flags: Record<string, string | boolean | string[]> = {}
  const names: string[] = []
  const unread: string[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!
    if (arg === '--') {
      names.push(...args.slice(index + 1))
      break
    }
    const [flag, written] = splitFlag(arg)
    const row = flag === null ? undefined : rowOf(table, flag)
    if (row === undefined || flag === null) {
      if (isFlag(arg)) unread.push(`${arg.slice(0, 60)}: must be a flag of this command`)
      else names.push(arg)
      continue
    }
    const value = row.kind === 'boolean' || written !== null ? written : valueAfter(table, args, index)
    if (row.kind !== 'boolean' && written === null && value !== null) index++
    if (row.kind === 'boolean' && value === null) flags[flag] = true
    else if (row.kind === 'boolean') unread.push(`--${flag}: must be without a value`)
    else if (value === null) unread.push(`--${flag}: a value is required`)
    else if (row.kind === 'pairs') flags[flag] = [...((flags[flag] as string[] | undefined) || []), value]
    else flags[flag] = value
  }
  return {flags, names, unread}
}

/**
 * Divides the arguments of `usage run` into its own and the command. The command begins after `--`, or with the first
 * word that is neither a flag nor the value of one. After an unknown flag, which may have a value, a `--` decides.
 */
export function splitRun(
  table: FlagTable,
  args: readonly string[],
): {own: readonly string[]; command: readonly string[]} {
  const dashes = args.indexOf('--')
  let isCertain = true
  let index = 0
  for (; index < args.length && args[index] !== '--'; index++) {
    const arg = args[index]!
    if (!isFlag(arg)) break
    const [flag, written] = splitFlag(arg)
    const row = flag === null ? undefined : rowOf(table, flag)
    if (row === undefined) isCertain = isCertain && written !== null
    else if (row.kind !== 'boolean' && written === null && valueAfter(table, args, index) !== null) index++
  }
  if (!isCertain && dashes !== -1) index = dashes
  return {own: args.slice(0, index), command: args.slice(args[index] === '--' ? index + 1 : index)}
}

const isFlag = (arg: string): boolean => arg.length > 1 && arg[0] === '-'

const rowOf = (table: FlagTable, flag: string) => (Object.keys(table).includes(flag) ? table[flag] : undefined)

/** The name of a long flag, or null, and the value after its `=`, or null. */
function splitFlag(arg: string): [flag: string | null, written: string | null] {
  const equals = arg.indexOf('=')
  const written = equals === -1 ? null : arg.slice(equals + 1)
  return [arg.startsWith('--') ? arg.slice(2, equals === -1 ? undefined : equals) : null, written]
}

function valueAfter(table: FlagTable, args: readonly string[], index: number): string | null {
  const next = args[index + 1]
  if (next === undefined || next === '--') return null
  const [flag] = splitFlag(next)
  return flag !== null && rowOf(table, flag) !== undefined ? null : next
}
