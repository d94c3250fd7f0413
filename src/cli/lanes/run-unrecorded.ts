import {runRows} from '../arguments/flag-table.ts'
import {splitRun} from '../arguments/read-arguments.ts'
import {endAs} from '../run/supervise.ts'
import {superviseRun} from '../run/supervise-run.ts'

/** The command among the arguments of `usage run`; empty if there is none. */
export const commandOf = (args: readonly string[]): readonly string[] => splitRun(runRows, args).command

/**
 * Runs a command as `usage run` does, on a Node.js too old to record: nothing is recorded, no file is written, and this
 * process ends as the command ends. Never rejects.
 *
 * Built into dist/run-unrecorded.cjs for Node.js 10. The modules that it imports must use nothing that came later.
 */
export async function runUnrecorded(command: readonly [string, ...string[]]): Promise<void> {
  endAs(await superviseRun(command, null, {keepsErrorOutput: false}))
}
