import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import vendors from 'ci-info/vendors.json' with {type: 'json'}
import {detectCi} from '../../../src/reporter/world/ci.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'

/** With only these in the environment: the id, and whether it is certain. */
const cases: readonly (readonly [environment: Environment, ci: string | null, isRecognised?: boolean])[] = [
  [{}, null],
  [{CI: 'true'}, 'ci', false],
  [{CI: '1'}, 'ci', false],
  [{CI: 'TRUE'}, 'ci', false],
  [{CI: ''}, null],
  [{CI: '0'}, null],
  [{CI: 'no'}, null],
  [{CI: 'Off'}, null],
  [{CI: 'what'}, null],
  [{GITHUB_ACTIONS: 'true', CI: 'true'}, 'github_actions', true],
  [{GITHUB_ACTIONS: 'true', CI: '1'}, 'github_actions', true],
  [{GITHUB_ACTIONS: 'false', CI: 'true'}, 'ci', false],
  [{GITHUB_ACTIONS: 'true'}, null],
  [{GITHUB_ACTIONS: 'true', CI: 'false'}, null],
  [{GITLAB_CI: '0'}, null],
  [{GITLAB_CI: 'true'}, null],
  [{GITLAB_CI: 'true', CI: 'true'}, 'gitlab', true],
  [{RENDER: 'opengl'}, null],
  [{RENDER: 'true', CI: 'no'}, null],
  [{TASK_ID: '3', RUN_ID: 'x'}, null],
  [{TASKCLUSTER_ROOT_URL: 'https://tc.example'}, null],
  [{TASK_ID: '3', RUN_ID: '0', TASKCLUSTER_ROOT_URL: 'https://tc.example'}, 'taskcluster', true],
  [{JENKINS_URL: 'http://ci', BUILD_ID: '7'}, 'jenkins', true],
  [{JENKINS_URL: 'http://ci'}, null],
  [{JENKINS_URL: 'x', BUILD_ID: '7'}, null],
  [{TF_BUILD: 'True'}, 'azure_pipelines', true],
  [{TF_BUILD: 'yes'}, null],
  [{TF_BUILD: 'True', CI: 'false'}, null],
  [{CODEBUILD_BUILD_ARN: 'arn:aws:codebuild:eu-west-1:1:build/x'}, 'codebuild', true],
  [{CODEBUILD_BUILD_ARN: 'x'}, null],
  [{TEAMCITY_VERSION: '2024.03 (build 156166)'}, 'teamcity', true],
  [{TEAMCITY_VERSION: '1'}, null],
  [{BUILDER_OUTPUT: '/builder/outputs'}, 'google_cloud_build', true],
  [{CI_NAME: 'codeship'}, 'codeship', true],
  [{CI_NAME: 'sourcehut'}, 'sourcehut', true],
  [{CI_NAME: 'other'}, null],
  [{CI: 'woodpecker'}, 'woodpecker', true],
  [{VERCEL: '1'}, null],
  [{VERCEL: '1', CI: '1'}, 'vercel', true],
  [{NOW_BUILDER: '1', CI: '1'}, 'vercel', true],
  [{NODE: '/app/.heroku/node/bin/node'}, null],
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
  for (const [environment, id, isRecognised = false] of cases)
    it(`is ${id}${isRecognised ? ', certainly,' : ''} with ${JSON.stringify(environment)}`, () => {
      assert.deepEqual(detectCi(environment), id === null ? null : {id, isRecognised})
    })

  for (const environment of batchJobs)
    it(`is none in a batch job with ${Object.keys(environment).join(', ')}`, () => {
      assert.equal(detectCi(environment), null)
    })

  const simple = vendors.filter(({env}) => typeof env === 'string')
  it('is known by the one variable that most vendors set', () => {
    assert.ok(simple.length > 30)
    for (const {env, constant} of simple)
      assert.equal(detectCi({CI: 'true', [String(env)]: 'x'})?.id, constant.toLowerCase())
    for (const {env} of simple) assert.equal(detectCi({[String(env)]: 'x'}), null)
  })

  it('fits into a header', () => {
    for (const {constant} of vendors) assert.match(constant.toLowerCase(), /^[a-z0-9_-]{1,64}$/)
  })
})
