import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import vendors from 'ci-info/vendors.json' with {type: 'json'}
import {detectCi} from '../../../src/reporter/world/ci.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'

const cases: readonly (readonly [environment: Environment, ci: string | null])[] = [
  [{}, null],
  [{CI: 'true'}, 'ci'],
  [{CI: '1'}, 'ci'],
  [{CI: 'TRUE'}, 'ci'],
  [{CI: ''}, null],
  [{CI: '0'}, null],
  [{CI: 'no'}, null],
  [{GITHUB_ACTIONS: 'true', CI: 'true'}, 'github_actions'],
  [{GITHUB_ACTIONS: 'true'}, 'github_actions'],
  [{GITHUB_ACTIONS: ''}, null],
  [{GITHUB_ACTIONS: 'true', CI: 'false'}, null],
  [{GITLAB_CI: 'true'}, 'gitlab'],
  [{JENKINS_URL: 'http://ci', BUILD_ID: '7'}, 'jenkins'],
  [{JENKINS_URL: 'http://ci'}, null],
  [{TRAVIS: 'true'}, 'travis'],
  [{CIRCLECI: 'true'}, 'circle'],
  [{TF_BUILD: 'True'}, 'azure_pipelines'],
  [{BUILDKITE: 'true'}, 'buildkite'],
  [{CI_NAME: 'codeship'}, 'codeship'],
  [{CI_NAME: 'other'}, null],
  [{VERCEL: '1'}, 'vercel'],
  [{NOW_BUILDER: '1'}, 'vercel'],
  [{NODE: '/app/.heroku/node/bin/node'}, 'heroku'],
  [{NODE: '/usr/bin/node'}, null],
]

/** What batch systems, and people, set that is no CI. */
const batchJobs: readonly Environment[] = [
  {BUILD_ID: '7'},
  {RUN_ID: '7'},
  {BUILD_NUMBER: '7'},
  {CONTINUOUS_INTEGRATION: 'true'},
  {CI_APP_ID: '7'},
  {SLURM_JOB_ID: '7', SLURM_PROCID: '0', RUN_ID: '7'},
  {PBS_JOBID: '7.cluster', BUILD_ID: '7'},
  {LSB_JOBID: '7', TASK_ID: '7'},
]

describe('the CI system', () => {
  for (const [environment, ci] of cases)
    it(`is ${ci} with ${JSON.stringify(environment)}`, () => {
      assert.equal(detectCi(environment), ci)
    })

  for (const environment of batchJobs)
    it(`is none in a batch job with ${Object.keys(environment).join(', ')}`, () => {
      assert.equal(detectCi(environment), null)
    })

  const simple = vendors.filter(({env}) => typeof env === 'string')
  it('is known by the one variable that most vendors set', () => {
    assert.ok(simple.length > 30)
    for (const {env, constant} of simple) assert.equal(detectCi({[String(env)]: 'x'}), constant.toLowerCase())
  })

  it('fits into a header', () => {
    for (const {constant} of vendors) assert.match(constant.toLowerCase(), /^[a-z0-9_-]{1,64}$/)
  })
})
