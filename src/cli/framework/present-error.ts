import {toUsageError, UsageError} from '../../errors.ts'
import {nearestWords, writeProposal} from '../arguments/nearest-words.ts'
import {paintFor} from '../output/paint.ts'
import {showsUnicode} from '../output/terminal.ts'
import {toAscii} from '../output/to-ascii.ts'

/** Writes an error as text: the code, the message and the next step. */
export function writeError(error: UsageError): string {
  const paint = paintFor(process.stderr)
  const text = `${paint.red(error.code)}: ${error.message}\n  ${paint.dim('Next:')} ${error.next}`
  return showsUnicode(process.env) ? text : toAscii(text)
}

/** Prints an error as JSON on stdout or as text on stderr, and sets the exit code. */
export function presentError(error: UsageError, isJson: boolean): void {
  process.exitCode = error.exit
  if (isJson) process.stdout.write(`${JSON.stringify(error.toDocument(), null, 2)}\n`)
  else process.stderr.write(`${writeError(error)}\n`)
}

/** Converts an exception to an error with a code. Errors of oclif's parser (exit code 2) become USAGE_WRONG_USE. */
export function codeOf(thrown: Error): UsageError {
  if ((thrown as {syscall?: unknown}).syscall === 'uv_cwd') return folderGone(thrown)
  const exit = (thrown as {oclif?: {exit?: number}}).oclif?.exit
  const own = thrown instanceof UsageError && thrown.code === 'USAGE_WRONG_USE' ? thrown : null
  if (exit !== 2 && own === null) return toUsageError(thrown)
  const proposal = proposeFlags(thrown)
  const next = proposal === null ? own?.next : `${proposal} For all flags: --help`
  return new UsageError('USAGE_WRONG_USE', whatIsWrong(thrown.message), {cause: thrown, ...(next && {next})})
}

const folderGone = (cause: Error): UsageError =>
  new UsageError('USAGE_WRONG_USE', 'the current folder was deleted', {cause, next: 'Change to a folder that exists.'})

/** Flags as other programs call them. */
const synonyms: Readonly<Record<string, string>> = {
  '--port': '--http',
  '--listen': '--http',
  '--bind': '--http',
  '--endpoint': '--url',
  '--server': '--url',
}

/** The flags that were probably meant by unknown flags of oclif's error, or null. */
function proposeFlags(thrown: Error): string | null {
  const {flags, parse} = thrown as {flags?: readonly string[]; parse?: {input?: {flags?: object}}}
  if (!Array.isArray(flags)) return null
  const known = Object.keys(parse?.input?.flags ?? {}).map(name => `--${name}`)
  const meant = (typed: string) => {
    const same = synonyms[typed]
    return same !== undefined && known.includes(same) ? [same] : nearestWords(typed, known)
  }
  return writeProposal(flags.flatMap(flag => meant(String(flag).split('=')[0] ?? '')))
}

/** The message of oclif as one line, without its hints. */
function whatIsWrong(message: string): string {
  const lines = message.split('\n').map(line => line.trim())
  const hints = /^(?:$|See more help|Parsing --|The following errors? occurred:)/
  const text = lines.filter(line => !hints.test(line)).join('; ') || message.trim()
  const missing = /^Missing \d+ required args?:; (\S+).*/
  const excluded = /(--[\w-]+)(?:=\S*)? cannot also be provided when using (--[\w-]+)/g
  return text
    .replace(missing, (_, name: string) => `${name.toUpperCase()} is required`)
    .replace(/^Missing required flag (\S+)$/, '--$1 is required')
    .replace(/^Nonexistent flag/, 'Unknown flag')
    .replaceAll(excluded, '$1 and $2 must not be used together')
}
