import {signalOfExitCode} from '../../../../stats/model/shell-signals.ts'
import type {Exit, results} from './columns.ts'
import type {Numbering} from './numbering.ts'

/** How a run ended, as the tables have it. */
interface Ended {
  readonly result: (typeof results)[number]
  readonly exitCode: number | null
  readonly signal: string | null
}

/** The number of an exit; -1 if the run has none. */
export function exitOf({result, exitCode, signal}: Ended, exits: Numbering<string, Exit>): number {
  if (result === 'open' || result === 'unknown') return -1
  const exit = result === 'signal' ? {exitCode: null, signal} : {exitCode, signal: null}
  return exits.numberOf(`${exit.exitCode} ${exit.signal}`, () => exit)
}

/** A shell's code for a signal is that signal: docs/decisions/0019-shell-codes-of-signals.md. */
export function nameSignal<Row extends Ended>(row: Row): Row {
  const signal = row.result === 'failed' ? signalOfExitCode(row.exitCode ?? 0) : null
  return signal === null ? row : {...row, result: 'signal', signal}
}
