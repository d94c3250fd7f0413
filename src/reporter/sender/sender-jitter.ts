import {sha256} from '../../protocol/sha256.ts'
import type {Environment} from '../world/environment.ts'
import {detectRank} from '../world/scheduler.ts'

/** The longest wait: half of what a sender has to live. */
export const maxJitterMilliseconds = 5_000

/**
 * Where each batch system says which task of a job array this is, and what it says where there is no array: Slurm, PBS
 * Professional and OpenPBS, Torque, LSF, SGE.
 */
const taskVariables: readonly (readonly [variable: string, none: readonly string[]])[] = [
  ['SLURM_ARRAY_TASK_ID', ['']],
  ['PBS_ARRAY_INDEX', ['']],
  ['PBS_ARRAYID', ['']],
  ['LSB_JOBINDEX', ['', '0']],
  ['SGE_TASK_ID', ['', 'undefined']],
]
/** What makes two arrays of one size wait differently. */
const jobVariables = ['SLURM_ARRAY_JOB_ID', 'PBS_JOBID', 'LSB_JOBID', 'JOB_ID']

/**
 * Milliseconds that a sender in the background waits before it sends: none, but for the tasks of a job array and the
 * ranks of an MPI job beyond the first. A thousand of them end at the same instant, on as many hosts.
 *
 * Pure: the wait follows from the job, the task and the host, so that it spreads evenly; no script waits for it.
 */
export function senderJitter(environment: Environment, hostName: string): number {
  const task = taskVariables.find(([name, none]) => !none.includes(environment[name] ?? ''))?.[0]
  const rank = detectRank(environment)?.rank ?? 0
  if (task === undefined && rank === 0) return 0
  const parts = [hostName, rank, task && environment[task], ...jobVariables.map(name => environment[name])]
  const fraction = Number.parseInt(sha256(parts.join('|')).slice(0, 8), 16) / 2 ** 32
  return Math.floor(fraction * maxJitterMilliseconds)
}
