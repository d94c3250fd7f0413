import type {Environment} from './world.ts'

const schedulers: readonly (readonly [variable: string, name: string])[] = [
  ['SLURM_JOB_ID', 'slurm'],
  ['FLUX_JOB_ID', 'flux'],
  ['LSB_JOBID', 'lsf'],
  ['PBS_JOBID', 'pbs'],
  ['_CONDOR_JOB_AD', 'htcondor'],
  ['SGE_TASK_ID', 'sge'],
]

const rankVariables = [
  'OMPI_COMM_WORLD_RANK',
  'PMIX_RANK',
  'PMI_RANK',
  'MV2_COMM_WORLD_RANK',
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
