import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {maxJitterMilliseconds, senderJitter} from '../../../src/reporter/sender/sender-jitter.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'

const tasks: readonly Environment[] = [
  {SLURM_JOB_ID: '8', SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '0', SLURM_PROCID: '0'},
  {PBS_JOBID: '7[3].cluster', PBS_ARRAY_INDEX: '3'},
  {PBS_JOBID: '7[].cluster', PBS_ARRAYID: '0'},
  {LSB_JOBID: '7', LSB_JOBINDEX: '3'},
  {JOB_ID: '7', SGE_TASK_ID: '3'},
  {SLURM_JOB_ID: '7', SLURM_STEP_ID: '0', SLURM_PROCID: '3'},
  {OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2'},
]
const singles: readonly Environment[] = [
  {},
  {SLURM_JOB_ID: '7', SLURM_PROCID: '0'},
  {LSB_JOBID: '7', LSB_JOBINDEX: '0'},
  {JOB_ID: '7', SGE_TASK_ID: 'undefined'},
  {PBS_JOBID: '7.cluster', PBS_ARRAY_INDEX: ''},
  {OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '2'},
]

describe('the wait of a sender', () => {
  it('is nothing for a command, a job and the first rank of one', () => {
    for (const environment of singles) assert.equal(senderJitter(environment, 'host'), 0, JSON.stringify(environment))
  })

  it('is there for a task of an array in every batch system, and for the other ranks', () => {
    for (const environment of tasks) {
      const jitter = senderJitter(environment, 'host')
      assert.ok(jitter > 0 && jitter < maxJitterMilliseconds, JSON.stringify(environment))
    }
  })

  it('is the same for the same task each time, another on another host and in another job', () => {
    const task = {SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '1'}
    const waits = [
      senderJitter(task, 'host-a'),
      senderJitter(task, 'host-b'),
      senderJitter({...task, SLURM_ARRAY_JOB_ID: '8'}, 'host-a'),
    ]
    assert.equal(new Set(waits).size, 3)
    assert.equal(senderJitter({...task}, 'host-a'), waits[0])
  })

  it('spreads an array of 1,000 tasks over the whole time', () => {
    const tenths = Array<number>(10).fill(0)
    for (let task = 0; task < 1000; task++) {
      const environment = {SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: `${task}`}
      tenths[Math.floor((senderJitter(environment, `node${task % 50}`) / maxJitterMilliseconds) * 10)]!++
    }
    for (const share of tenths) assert.ok(share > 60 && share < 140, tenths.join(' '))
  })
})
