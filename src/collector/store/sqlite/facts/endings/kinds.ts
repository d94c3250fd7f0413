import type {Ending} from '../../../../../stats/model/outcomes.ts'
import {type Exit, type RunEnds, results} from '../../columns/columns.ts'

/** The endings without an exit, in front of those with one. */
const withoutExit = ['running', 'lost', 'unknown'] as const
const [running, lost, unknown] = [0, 1, 2] as const
const open = results.indexOf('open')

/** The ending of a kind in a month. Kinds are numbers from 0. A month may have very many, of which few are asked for. */
export function endingOf(exits: readonly Exit[], kind: number): Omit<Ending, 'runs'> {
  const outcome = withoutExit[kind]
  if (outcome !== undefined) return {outcome, exitCode: null, signal: null}
  const exit = exits[kind - withoutExit.length]!
  return {outcome: outcomeOf(exit), ...exit}
}

/** The number of kinds in a month. */
export const countKinds = (exits: readonly Exit[]): number => withoutExit.length + exits.length

const outcomeOf = ({exitCode, signal}: Exit): Ending['outcome'] =>
  signal !== null ? 'signal' : exitCode === 0 ? 'ok' : 'failed'

/**
 * The kind of the ending of a run. A run without an end is lost if it gave no sign of life after
 * `lostBeforeMs` (Unix milliseconds).
 */
export function kindOf(
  {result, exit, lastSignAt}: Pick<RunEnds, 'result' | 'exit' | 'lastSignAt'>,
  row: number,
  lostBeforeMs: number,
): number {
  if (exit[row]! >= 0) return withoutExit.length + exit[row]!
  if (result[row] !== open) return unknown
  return lastSignAt[row]! <= lostBeforeMs ? lost : running
}

/** Whether the ending of a run may change without a new event. */
export const isOpen = ({result}: Pick<RunEnds, 'result'>, row: number): boolean => result[row] === open
