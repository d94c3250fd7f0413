/**
 * Room `framework`: the program on top of oclif. Besides `src/commands`, only this room may import it.
 *
 * `main` finds a command and runs it. The base classes give every command the same contract: `--json` prints one
 * document, an error has a code, a message and a next step, and the exit code comes from the registry in
 * `src/errors.ts`. Reporting commands exit with 0 even after an error, unless `--strict` is given. Answers go to
 * stdout, messages to stderr.
 * Read next: `base-command.ts`, `reporting-command.ts`, `present-error.ts`.
 */
import {flush} from '@oclif/core/flush'
import {run} from '@oclif/core/run'
import {readTyped} from './as-typed.ts'
import {builtInPlugin, type CommandLoaders} from './built-in-plugin.ts'
import {codeOf, presentError} from './present-error.ts'
import {isUnknownCommand, unknownCommand} from './unknown-command.ts'

export interface MainOptions {
  /** The folder of package.json. */
  readonly root: string
  /** True for a reporting command, which must never fail. */
  readonly isPatient: boolean
  /** The commands of a bundle. Default: oclif loads them from dist/commands. */
  readonly commands?: CommandLoaders
}

/**
 * Finds a command and runs it. Sets the exit code before it resolves. Rejects if the installation is damaged.
 *
 * @param args the command line after the name of the program
 */
export async function main(args: readonly string[], {root, isPatient, commands}: MainOptions): Promise<void> {
  const plugin = commands === undefined ? null : builtInPlugin(root, commands)
  // A closed reader (`| head -1`) or a full disk must not crash the program.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
  try {
    const plugins = plugin === null ? undefined : new Map([[plugin.name, plugin]])
    await run(readTyped(args), {root, userPlugins: false, devPlugins: false, plugins})
    // If the output is full, oclif's flush throws an exception that cannot be caught.
    if (!isPatient) await flush()
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const exit = (error as {oclif?: {exit?: number}}).oclif?.exit
    if ('code' in error && error.code === 'EEXIT') process.exitCode = exit ?? 0
    else if (isPatient) process.exitCode = 0
    else
      presentError(
        isUnknownCommand(error) ? unknownCommand(readTyped(args), root) : codeOf(error),
        args.includes('--json'),
      )
  }
}
