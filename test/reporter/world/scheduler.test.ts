import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import type {Environment} from '../../../src/reporter/world/environment.ts'
import {detectRank, detectScheduler} from '../../../src/reporter/world/scheduler.ts'

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

const ranks: readonly (readonly [environment: Environment, rank: number | null])[] = [
  [{}, null],
  [{OMPI_COMM_WORLD_RANK: '0'}, 0],
  [{OMPI_COMM_WORLD_RANK: '63'}, 63],
  [{PMIX_RANK: '3'}, 3],
  [{PMI_RANK: '3'}, 3],
  [{PALS_RANKID: '3'}, 3],
  [{MV2_COMM_WORLD_RANK: '3'}, 3],
  [{MVP_COMM_WORLD_RANK: '3'}, 3],
  [{FLUX_TASK_RANK: '3'}, 3],
  [{SLURM_PROCID: '3'}, 3],
  [{SLURM_PROCID: ''}, null],
  [{SLURM_PROCID: '-1'}, null],
  [{SLURM_PROCID: 'x'}, null],
  [{PMI_RANK: 'x', SLURM_PROCID: '5'}, 5],
  [{OMPI_COMM_WORLD_RANK: '2', SLURM_PROCID: '0'}, 2],
  // Intel MPI names the rank on the node beside the rank in the job.
  [{PMI_RANK: '4', MPI_LOCALRANKID: '0'}, 4],
  // Daemons of a launcher that srun has started are numbered too: what they start has its own rank.
  [{PMI_RANK: '0', SLURM_PROCID: '1'}, 0],
  [{PMIX_RANK: '0', OMPI_COMM_WORLD_RANK: '0', SLURM_PROCID: '2'}, 0],
  // A batch script, and the only task of a step that is no MPI program.
  [{SLURM_JOB_ID: '9', SLURM_PROCID: '0', SLURM_NTASKS: '64'}, 0],
  [{SLURM_ARRAY_TASK_ID: '7', SLURM_JOB_ID: '9', SLURM_PROCID: '0'}, 0],
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
      assert.equal(detectRank(environment), rank)
    })
})
