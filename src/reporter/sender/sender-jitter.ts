import {sha256} from '../../protocol/values/sha256.ts'
import type {Environment} from '../world/environment.ts'
import {detectRank} from '../world/scheduler.ts'

/** The longest wait: half of a sender's lifetime. */
export const maxJitterMilliseconds = 5_000

/**
 * The variable of each batch system for the task of a job array, and its values outside an array: Slurm, PBS
 * Professional and OpenPBS, Torque, LSF, SGE.
 */
const taskVariables: readonly (readonly [variable: string, none: readonly string[]])[] = [
  ['SLURM_ARRAY_TASK_ID', ['']],
  ['PBS_ARRAY_INDEX', ['']],
  ['PBS_ARRAYID', ['']],
  ['LSB_JOBINDEX', ['', '0']],
  ['SGE_TASK_ID', ['', 'undefined']],
]
/** Variables with the job id, so that two arrays of the same size wait differently. */
const jobVariables = ['SLURM_ARRAY_JOB_ID', 'PBS_JOBID', 'LSB_JOBID', 'JOB_ID']

/**
 * Milliseconds that a sender in the background waits before it sends. Zero, except for tasks of a job array and MPI
 * ranks other than 0, because a thousand of them may end at the same time. No script waits for it.
 *
 * Pure: the wait is a hash of job, task, rank and host, from 0 to 5 s.
 */
export function senderJitter(environment: Environment, hostName: string): number {
  const task = taskVariables.find(([name, none]) => !none.includes(environment[name] ?? ''))?.[0]
  const rank = detectRank(environment)?.rank ?? 0
  if (task === undefined && rank === 0) return 0
  const parts = [hostName, rank, task && environment[task], ...jobVariables.map(name => environment[name])]
  const fraction = Number.parseInt(sha256(parts.join('|')).slice(0, 8), 16) / 2 ** 32
  return Math.floor(fraction * maxJitterMilliseconds)
}
