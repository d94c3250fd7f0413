import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import type {Environment} from '../../../src/reporter/world/environment.ts'
import {detectRank, detectScheduler, findScriptPath, rankVariables} from '../../../src/reporter/world/scheduler.ts'

const schedulers: readonly (readonly [environment: Environment, name: string | null])[] = [
  [{}, null],
  [{SLURM_JOB_ID: '7'}, 'slurm'],
  [{SLURM_JOB_ID: ''}, null],
  [{FLUX_JOB_ID: 'f7'}, 'flux'],
  [{LSB_JOBID: '7'}, 'lsf'],
  [{PBS_JOBID: '7.cluster'}, 'pbs'],
  [{_CONDOR_JOB_AD: '/x'}, 'htcondor'],
  [{_CONDOR_SCRATCH_DIR: '/x'}, 'htcondor'],
  [{SGE_TASK_ID: '7', JOB_ID: '9'}, 'sge'],
  [{SGE_TASK_ID: 'undefined', JOB_ID: '9'}, 'sge'],
  // What is set where no job runs: a module's root, a name that many programs use, a system that is not known.
  [{SGE_ROOT: '/opt/sge', PBS_SERVER: 'x', LSF_ENVDIR: '/etc/lsf', SLURM_CONF: '/etc/slurm.conf'}, null],
  [{JOB_ID: '9'}, null],
  [{FLUX_URI: 'local:///run/flux/local'}, null],
  [{COBALT_JOBID: '9'}, null],
  // A batch script of Flux, whose own job id Flux takes away.
  [{FLUX_ENCLOSING_ID: 'f7', FLUX_URI: 'local:///tmp/flux/local-0'}, 'flux'],
  [{FLUX_JOB_ID: 'f7', SLURM_JOB_ID: '7'}, 'slurm'],
]

/** Each variable with what its launcher sets beside it. */
const launched = rankVariables.flatMap(({variable, companion}): [Environment, number | null][] => [
  [{[variable]: '0', [companion]: '64'}, 0],
  [{[variable]: '63', [companion]: 'x'}, 63],
  [{[variable]: '3'}, null],
  [{[variable]: '3', [companion]: ''}, null],
  [{[companion]: '64'}, null],
  [{[variable]: '', [companion]: '64'}, null],
  [{[variable]: '-1', [companion]: '64'}, null],
  [{[variable]: 'x', [companion]: '64'}, null],
])
const openMpi = (rank: string) => ({OMPI_COMM_WORLD_RANK: rank, OMPI_COMM_WORLD_SIZE: '8'})
const hydra = (rank: string) => ({PMI_RANK: rank, PMI_SIZE: '8'})
const step = (rank: string) => ({SLURM_JOB_ID: '12', SLURM_STEP_ID: '0', SLURM_PROCID: rank})

const ranks: readonly (readonly [environment: Environment, rank: number | null])[] = [
  [{}, null],
  ...launched,
  [{...hydra('x'), ...step('5')}, 5],
  [{...openMpi('2'), ...step('0')}, 2],
  // Intel MPI names the rank on the node beside the rank in the job.
  [{...hydra('4'), MPI_LOCALRANKID: '0'}, 4],
  // Daemons of a launcher that srun has started are numbered too: what they start has its own rank.
  [{...hydra('0'), ...step('1')}, 0],
  [{...openMpi('0'), PMIX_RANK: '0', PMIX_NAMESPACE: 'n', ...step('2')}, 0],
  // Left behind by another launcher.
  [{OMPI_COMM_WORLD_RANK: '3', SLURM_JOB_ID: '12', SLURM_PROCID: '0'}, null],
  [{OMPI_COMM_WORLD_RANK: '3', ...step('0')}, 0],
  [{SLURM_PROCID: '7', ...hydra('0')}, 0],
  [{PMI_RANK: '7', PMIX_RANK: '7'}, null],
  // A batch script, and array tasks.
  [{SLURM_JOB_ID: '9', SLURM_PROCID: '0', SLURM_NTASKS: '64'}, null],
  [{SLURM_ARRAY_TASK_ID: '7', SLURM_JOB_ID: '9', SLURM_PROCID: '0'}, null],
  [{SLURM_ARRAY_TASK_ID: '7'}, null],
  [{PBS_ARRAY_INDEX: '7', PBS_JOBID: '9[7].cluster'}, null],
  [{LSB_JOBINDEX: '7', LSB_JOBID: '9'}, null],
  [{SGE_TASK_ID: '7', JOB_ID: '9'}, null],
]

describe('the batch system', () => {
  for (const [environment, name] of schedulers)
    it(`is ${name} with ${JSON.stringify(environment)}`, () => {
      assert.equal(detectScheduler(environment), name)
    })
})

describe('the rank in an MPI job', () => {
  for (const [environment, rank] of ranks)
    it(`is ${rank} with ${JSON.stringify(environment)}`, () => {
      assert.equal(detectRank(environment)?.rank ?? null, rank)
    })
})

describe('the path of a script', () => {
  const slurm = {SLURM_JOB_NAME: 'job.sh', SLURM_SUBMIT_DIR: '/home/ada'}
  for (const [environment, path, expected] of [
    [slurm, '/var/spool/slurmd/job00123/slurm_script', '/home/ada/job.sh'],
    [slurm, '/home/ada/other.sh', '/home/ada/other.sh'],
    [{SLURM_JOB_NAME: 'job.sh'}, '/var/spool/slurmd/job00123/slurm_script', '/var/spool/slurmd/job00123/slurm_script'],
    [{PBS_JOBNAME: 'job', PBS_O_WORKDIR: '/w'}, '/var/spool/pbs/mom_priv/jobs/7.server.SC', '/w/job'],
    [{JOB_NAME: 'job', SGE_O_WORKDIR: '/w'}, '/var/spool/sge/n1/job_scripts/77', '/w/job'],
    [{LSB_JOBNAME: 'job', LS_SUBCWD: '/w'}, '/home/ada/.lsbatch/1700000000.77.shell', '/w/job'],
  ] as const)
    it(`is ${expected} for ${path}`, () => assert.equal(findScriptPath(environment, path), expected))
})
