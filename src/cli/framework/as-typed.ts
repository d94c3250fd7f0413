import {runRows} from '../arguments/flag-table.ts'
import {splitRun} from '../arguments/read-arguments.ts'

/** Other words for the two flags of the program itself. */
const versionWords = ['-v', '-V', 'version']

/**
 * The command line that oclif reads, from the one that was typed. `help start`, `start -h` and `start --help` are the
 * same, and so are `version`, `-v` and `--version`. What belongs to the command of `usage run` stays as it is.
 */
export function readTyped(args: readonly string[]): string[] {
  const [first = '', ...others] = args
  if (versionWords.includes(first)) return ['--version', ...others]
  if (first === 'help') return [...others, '--help']
  if (first === 'run') return readRun(others)
  const end = args.indexOf('--')
  return args.map((arg, index) => (arg === '-h' && (end === -1 || index < end) ? '--help' : arg))
}

/** A flag behind the command of `usage run` belongs to that command, `--help` too. */
function readRun(args: readonly string[]): string[] {
  const {own, command} = splitRun(runRows, args)
  const flags = own.map(arg => (arg === '-h' ? '--help' : arg))
  return command.length === 0 ? ['run', ...flags] : ['run', ...flags, '--', ...command]
}
