import assert from 'node:assert/strict'
import {test} from 'node:test'
import {askPublic} from '../../../src/dashboard/site/public-questions.ts'
import {nowMs, sampleProject} from '../../collector/samples.ts'

const ask = () => assert.fail('the store was asked')
const project = sampleProject()

test('it refuses a question that is not public without asking the store', async () => {
  for (const parameters of [
    {by: 'week'},
    {by: 'day', from: '2020-01-01'},
    {from: '2026-10-02', to: '2026-10-31'},
    {from: '2026-01-01', 'app-version': '1.0'},
    {from: '2026-10-01', to: '2026-10-31', system: 'Linux', ci: 'none'},
    {from: '2026-10-01', to: '2026-10-31', field: 'a=1'},
    {internal: '1'},
  ])
    await assert.rejects(askPublic(ask, project, parameters, nowMs), {
      ...{code: 'USAGE_QUERY_INVALID', message: /^public answers: /},
    })
})

test('it asks the store a public question', async () => {
  for (const parameters of [{}, {from: '2026-10-01', to: '2026-10-31', system: 'Linux'}, {from: '2026-01-01'}])
    await assert.rejects(askPublic(ask, project, parameters, nowMs), {message: 'the store was asked'})
})
