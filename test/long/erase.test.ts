import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import type {FaultPoint} from '../../src/fault-points.ts'
import {postTo} from '../collector/running-collector.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {killingEnvironment, wasKilled} from '../support/scene.ts'

const user = 'ab'.repeat(16)
const run = '0199aaaa-7200-7000-8000-000000000001'

describe('the end of a project that is killed', {concurrency: 2}, () => {
  const points: readonly FaultPoint[] = ['collector: a table of a project deleted', 'collector: a project deleted']
  for (const point of points)
    it(`is completed by the next try: ${point}`, async t => {
      const host = isolatedHome(t)
      const {project: file} = projectOnDisk(host.home, 'http://127.0.0.1:9')
      const {project} = file
      const kill = killingEnvironment({home: host}, {point, nth: 1, victim: 'run collect'})
      const fragile = {...host, environment: {...host.environment, ...kill}}
      const killed = await runningCollector(t, fragile, [file])
      const {data} = killed
      const events = [{id: run, type: 'start', run, time: new Date().toISOString()}]
      const report = {protocol: 1, project, client: {name: 'test', version: '1'}, header: {user}, events}
      assert.equal((await postTo(killed.http, '/v1/reports', report)).status, 200)
      const erase = () => runUsage(host, ['erase', '--project', project, '--data', data, '--yes', '--json'])
      assert.equal(JSON.parse((await erase()).stdout).error.code, 'USAGE_COLLECTOR_UNREACHABLE')
      assert.equal(await killed.ended, 'SIGKILL')
      assert.ok(wasKilled({home: host}))
      const again = JSON.parse((await erase()).stdout)
      assert.ok(again.receipt ?? again.error.code === 'USAGE_PROJECT_UNKNOWN', JSON.stringify(again))
      const files = readdirSync(data, {recursive: true, withFileTypes: true}).filter(one => one.isFile())
      for (const {parentPath, name} of files) assert.ok(!readFileSync(join(parentPath, name)).includes(user), name)
    })
})
