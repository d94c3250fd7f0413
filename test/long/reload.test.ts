import assert from 'node:assert/strict'
import {readdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it} from 'node:test'
import {parseProjectFile} from '../../src/protocol/project/project-file.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runningCollector} from '../support/running-collector.ts'

describe('usage collect at SIGHUP', () => {
  it('serves a new project, keeps a broken one, and lives', async t => {
    const home = isolatedHome(t)
    const {project} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const collector = await runningCollector(t, home, [project])
    const projects = join(dirname(collector.data), 'projects')
    const reload = async (expected: RegExp): Promise<void> => {
      process.kill(collector.pid, 'SIGHUP')
      await eventually(() => assert.match(collector.written(), expected))
    }
    const statusOf = async (id: string): Promise<number> =>
      (await fetch(`${collector.http}/projects/${id}/collected`)).status
    const other = {...project, project: 'other'}
    assert.ok(parseProjectFile(other).ok)
    writeFileSync(join(projects, 'other.json'), JSON.stringify(other))
    await reload(/"added":\["other"\].*project files read again/)
    assert.deepEqual([await statusOf('other'), await statusOf(project.project)], [200, 200])
    for (const name of readdirSync(projects)) writeFileSync(join(projects, name), '{\n  "project": 5\n}\n')
    await reload(/line 2: project: /)
    for (let count = 0; count < 20; count++) process.kill(collector.pid, 'SIGHUP')
    assert.deepEqual([await statusOf('other'), await statusOf(project.project)], [200, 200])
    assert.equal(await collector.stop(), 0)
  })
})
