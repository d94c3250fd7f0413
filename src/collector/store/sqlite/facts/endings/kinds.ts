import type {Ending} from '../../../../../stats/model/outcomes.ts'
import {type Exit, type RunEnds, results} from '../../columns/columns.ts'

/** The endings without an exit, in front of those with one. */
const withoutExit = ['running', 'lost', 'unknown'] as const
const [running, lost, unknown] = [0, 1, 2] as const
const open = results.indexOf('open')

/** All endings of the runs of a month. */
export const endingKinds = (exits: readonly Exit[]): Omit<Ending, 'runs'>[] => [
  ...withoutExit.map(outcome => ({outcome, exitCode: null, signal: null})),
  ...exits.map(exit => ({outcome: outcomeOf(exit), ...exit})),
]

/** The number of `endingKinds`. */
export const countKinds = (exits: readonly Exit[]): number => withoutExit.length + exits.length

const outcomeOf = ({exitCode, signal}: Exit): Ending['outcome'] =>
  signal !== null ? 'signal' : exitCode === 0 ? 'ok' : 'failed'

/**
 * The place of the ending of a run among `endingKinds`. A run without an end is lost if it gave no sign of life after
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
