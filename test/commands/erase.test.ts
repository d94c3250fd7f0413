import assert from 'node:assert/strict'
import {existsSync, readdirSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it} from 'node:test'
import {postTo} from '../collector/running-collector.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'

const run = '0199aaaa-7200-7000-8000-000000000001'
const reportFor = (project: string) => ({
  ...{protocol: 1, project, client: {name: 'test', version: '1'}, header: {user: 'ab'.repeat(16)}},
  events: [{id: run, type: 'start', run, time: new Date().toISOString()}],
})

describe('usage erase', () => {
  it('ends a project beside a running collector, and without one', async t => {
    const home = isolatedHome(t)
    const projects = ['one', 'two'].map(project => projectOnDisk(home.home, 'http://127.0.0.1:9', {project}).project)
    const collector = await collectorHere(t, home, projects)
    const {http, data} = collector
    const usage = async (...args: string[]) => {
      const {code, stdout} = await runUsage(home, [...args, '--data', data, '--json'])
      return {code, answer: JSON.parse(stdout)}
    }
    const send = async (project: string) => (await postTo(http, '/v1/reports', reportFor(project))).status
    for (const project of ['one', 'two']) {
      assert.equal(await send(project), 200)
      await usage('token', 'new', '--project', project)
      await usage('share', '--project', project)
    }
    const plan = {
      project: 'one',
      runs: 1,
      features: 0,
      tokens: 1,
      links: 1,
      dryRun: true,
      receipt: null,
      erasedAt: null,
    }
    assert.deepEqual((await usage('erase', '--project', 'one', '--dry-run')).answer, plan)
    const unnamed = (await usage('erase')).answer.error
    assert.deepEqual(
      [unnamed.message, unnamed.next.endsWith('your own data: usage forget')],
      ['--project is required', true],
    )
    const asked = await usage('erase', '--project', 'one')
    assert.deepEqual([asked.code, asked.answer.error.code], [2, 'USAGE_WRONG_USE'])
    assert.match(asked.answer.error.next, /--yes/)
    const {answer} = await usage('erase', '--project', 'one', '--yes')
    assert.match(answer.receipt, /^[0-9a-f-]{36}$/)
    const {receipt, erasedAt} = answer
    assert.deepEqual(answer, {...plan, dryRun: false, receipt, erasedAt})
    assert.deepEqual([await send('one'), await send('two')], [404, 200])
    assert.deepEqual(readdirSync(join(data, 'share-links')), ['two'])
    assert.equal((await usage('token', 'list')).answer.tokens.length, 2)
    assert.equal((await postTo(http, '/v1/projects/two/end', {})).status, 401)
    rmSync(join(dirname(data), 'projects', 'one.json'))
    await collector.stop()
    assert.equal((await usage('erase', '--project', 'two', '--yes')).answer.runs, 1)
    for (const id of ['one', 'two'])
      assert.equal((await usage('erase', '--project', id, '--yes')).answer.error.code, 'USAGE_PROJECT_UNKNOWN')
    assert.ok(!existsSync(join(data, 'columns')) || readdirSync(join(data, 'columns')).length === 0)
  })
})
