import type {ProjectFile} from '../../protocol/project/project-file.ts'
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

/** How one launcher numbers the processes of a job. */
export interface RankVariable {
  readonly variable: string
  /** What the same launcher sets beside it in each of these processes. Without it the rank was left behind by another job. */
  readonly companion: string
}

/**
 * The launchers, the innermost first: Open MPI, PMIx, Cray PALS, MPICH's Hydra and Intel MPI, MVAPICH2 and 3, Flux, srun. A
 * launcher that uses srun to start its daemons leaves their number in SLURM_PROCID, so that comes last; a batch script
 * has it without a step. A job that inherits both variables of an outer one cannot be told from a process of that one:
 * no variable says whose they are.
 */
export const rankVariables: readonly RankVariable[] = [
  {variable: 'OMPI_COMM_WORLD_RANK', companion: 'OMPI_COMM_WORLD_SIZE'},
  {variable: 'PMIX_RANK', companion: 'PMIX_NAMESPACE'},
  {variable: 'PALS_RANKID', companion: 'PALS_APID'},
  {variable: 'PMI_RANK', companion: 'PMI_SIZE'},
  {variable: 'MV2_COMM_WORLD_RANK', companion: 'MV2_COMM_WORLD_SIZE'},
  {variable: 'MVP_COMM_WORLD_RANK', companion: 'MVP_COMM_WORLD_SIZE'},
  {variable: 'FLUX_TASK_RANK', companion: 'FLUX_JOB_ID'},
  {variable: 'SLURM_PROCID', companion: 'SLURM_STEP_ID'},
]

/** How a batch system names a script that it runs as a copy of its own, under another path for each job. */
export interface ScriptCopy {
  /** A part of the path of every copy. */
  readonly part: string
  /** The variable with the name of the job: that of the script, unless the person names the job. */
  readonly job: string
  /** The variable with the folder where the person submitted the job. */
  readonly folder: string
}

/** Slurm, Grid Engine, PBS and LSF, as their manuals name the variables. */
export const scriptCopies: readonly ScriptCopy[] = [
  {part: '/slurm_script', job: 'SLURM_JOB_NAME', folder: 'SLURM_SUBMIT_DIR'},
  {part: '/job_scripts/', job: 'JOB_NAME', folder: 'SGE_O_WORKDIR'},
  {part: '.SC', job: 'PBS_JOBNAME', folder: 'PBS_O_WORKDIR'},
  {part: '/.lsbatch/', job: 'LSB_JOBNAME', folder: 'LS_SUBCWD'},
]

/** The path that stands for a script: of a batch system's copy, the name of the job in the folder of its submission. */
export function findScriptPath(environment: Environment, path: string): string {
  for (const {part, job, folder} of scriptCopies)
    if (path.includes(part) && environment[job] && environment[folder]?.startsWith('/'))
      return `${environment[folder]}/${environment[job]}`
  return path
}

/** The batch system that this runs under, or null. */
export function detectScheduler(environment: Environment): string | null {
  return schedulers.find(([variable]) => Boolean(environment[variable]))?.[1] ?? null
}

/** The rank of this process in its MPI job and the variable that tells it, or null outside one. */
export function detectRank(environment: Environment): {readonly rank: number; readonly variable: string} | null {
  for (const {variable, companion} of rankVariables) {
    const value = environment[variable]
    if (value !== undefined && /^\d+$/.test(value) && environment[companion]) return {rank: Number(value), variable}
  }
  return null
}

/** Why a process is not counted, although consent allows it: rank 0 of its MPI job speaks for it. */
export interface Silence {
  readonly reason: 'mpi-rank'
  /** The variable that contains the rank. */
  readonly decidedBy: string
}

/** Whether, and why, the process with this environment records nothing, or null. */
export function findSilence(environment: Environment, {schedulers}: Pick<ProjectFile, 'schedulers'>): Silence | null {
  const found = schedulers.mpi === 'rank-0' ? detectRank(environment) : null
  return found === null || found.rank === 0 ? null : {reason: 'mpi-rank', decidedBy: found.variable}
}
