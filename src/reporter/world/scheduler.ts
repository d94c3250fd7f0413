import type {ProjectFile} from '../../protocol/project-file.ts'
import type {Environment} from './environment.ts'

/**
 * What each batch system sets in every job, as its manual says. Flux takes its job id out of a batch script's environment
 * and leaves the enclosing one there; SGE sets its task id to `undefined` where there is no array; a glidein of HTCondor
 * may hide the job's description and leave the scratch folder.
 */
export const schedulers: readonly (readonly [variable: string, name: string])[] = [
  ['SLURM_JOB_ID', 'slurm'],
  ['FLUX_JOB_ID', 'flux'],
  ['FLUX_ENCLOSING_ID', 'flux'],
  ['LSB_JOBID', 'lsf'],
  ['PBS_JOBID', 'pbs'],
  ['_CONDOR_JOB_AD', 'htcondor'],
  ['_CONDOR_SCRATCH_DIR', 'htcondor'],
  ['SGE_TASK_ID', 'sge'],
]

/**
 * Where a launcher says the rank, the innermost first: Open MPI, PMIx, Cray PALS, MPICH's Hydra and Intel MPI, MVAPICH2
 * and 3, Flux, srun. A launcher that uses srun to start its daemons leaves their number in SLURM_PROCID, so that comes
 * last; in a batch script it is 0.
 */
export const rankVariables: readonly string[] = [
  'OMPI_COMM_WORLD_RANK',
  'PMIX_RANK',
  'PALS_RANKID',
  'PMI_RANK',
  'MV2_COMM_WORLD_RANK',
  'MVP_COMM_WORLD_RANK',
  'FLUX_TASK_RANK',
  'SLURM_PROCID',
]

/** The batch system that this runs under, or null. */
export function detectScheduler(environment: Environment): string | null {
  return schedulers.find(([variable]) => Boolean(environment[variable]))?.[1] ?? null
}

/** The rank of this process in its MPI job, or null outside one. */
export function detectRank(environment: Environment): number | null {
  for (const variable of rankVariables) {
    const value = environment[variable]
    if (value !== undefined && /^\d+$/.test(value)) return Number(value)
  }
  return null
}

/** Whether rank 0 of an MPI job speaks for the process with this environment. */
export function isSilentRank(environment: Environment, {schedulers}: Pick<ProjectFile, 'schedulers'>): boolean {
  return schedulers.mpi === 'rank-0' && (detectRank(environment) ?? 0) > 0
}
