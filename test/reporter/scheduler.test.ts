import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {detectRank, detectScheduler} from '../../src/reporter/scheduler.ts'
import type {Environment} from '../../src/reporter/world.ts'

const schedulers: readonly (readonly [environment: Environment, name: string | null])[] = [
  [{}, null],
  [{SLURM_JOB_ID: '7'}, 'slurm'],
  [{SLURM_JOB_ID: ''}, null],
  [{FLUX_JOB_ID: 'f7'}, 'flux'],
  [{LSB_JOBID: '7'}, 'lsf'],
  [{PBS_JOBID: '7.cluster'}, 'pbs'],
  [{_CONDOR_JOB_AD: '/x'}, 'htcondor'],
  [{SGE_TASK_ID: '7'}, 'sge'],
  [{SGE_TASK_ID: 'undefined'}, 'sge'],
  [{FLUX_JOB_ID: 'f7', SLURM_JOB_ID: '7'}, 'slurm'],
]

const ranks: readonly (readonly [environment: Environment, rank: number | null])[] = [
  [{}, null],
  [{OMPI_COMM_WORLD_RANK: '0'}, 0],
  [{OMPI_COMM_WORLD_RANK: '63'}, 63],
  [{PMIX_RANK: '3'}, 3],
  [{PMI_RANK: '3'}, 3],
  [{MV2_COMM_WORLD_RANK: '3'}, 3],
  [{FLUX_TASK_RANK: '3'}, 3],
  [{SLURM_PROCID: '3'}, 3],
  [{SLURM_PROCID: ''}, null],
  [{SLURM_PROCID: '-1'}, null],
  [{SLURM_PROCID: 'x'}, null],
  [{PMI_RANK: 'x', SLURM_PROCID: '5'}, 5],
  [{OMPI_COMM_WORLD_RANK: '2', SLURM_PROCID: '0'}, 2],
  [{SLURM_ARRAY_TASK_ID: '7'}, null],
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
