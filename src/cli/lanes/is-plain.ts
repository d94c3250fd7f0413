import type {FlagTable} from '../arguments/flag-table.ts'

/** Flags of the framework: they are printed by it. */
const frameworkFlags = ['--help', '-h', '--json']

/**
 * Whether a reporting command can be done without the framework: nobody asked for output that only the framework prints,
 * or for a flag that the fast lane does not support.
 */
export function isPlain(
  environment: Readonly<Record<string, string | undefined>>,
  table: FlagTable,
  args: readonly string[],
): boolean {
  if (environment['USAGE_DEBUG'] === '1' || environment['USAGE_STRICT'] === '1') return false
  const end = args.indexOf('--')
  return !args.slice(0, end === -1 ? undefined : end).some(arg => {
    const [flag = ''] = arg.split('=', 1)
    return frameworkFlags.includes(flag) || (flag.startsWith('--') && rowOf(table, flag.slice(2))?.isSlow === true)
  })
}

const rowOf = (table: FlagTable, flag: string) => (Object.hasOwn(table, flag) ? table[flag] : undefined)
