import assert from 'node:assert/strict'
import {chmodSync, copyFileSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import type {Finding} from '../../src/cli/doctor/finding.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {droppingPrivileges, needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {silentServer} from '../support/silent-server.ts'
import {readTree} from '../support/tree.ts'

describe('usage doctor', {concurrency: 2}, () => {
  it('exits with 0 for a chain that works, writes nothing, and the collector stores nothing', async t => {
    const home = isolatedHome(t)
    const {project} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const collector = await runningCollector(t, home, [project])
    const {path} = projectOnDisk(home.home, collector.http)
    const folder = join(home.home, 'work', 'deep')
    mkdirSync(folder, {recursive: true})
    copyFileSync(path, join(home.home, 'work', 'usage.project.json'))
    const before = readTree(home.home)
    const outcome = await runUsage(home, ['doctor', '--json'], {cwd: folder})
    assert.equal(outcome.code, 0, outcome.stdout)
    const {findings, problems} = JSON.parse(outcome.stdout) as {findings: Finding[]; problems: number}
    assert.equal(problems, 0)
    for (const finding of findings)
      assert.deepEqual(Object.keys(finding).sort(), ['check', 'next', 'project', 'status', 'what'])
    assert.equal(findings.find(({check}) => check === 'round-trip')?.project, 'demo')
    assert.deepEqual(readTree(home.home), before)
    assert.equal((await collector.stats('demo')).runs.total, 0)
  })

  it('exits with 3 where nothing listens and with 2 for a wrong project file, each with the next step', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const away = await runUsage(home, ['doctor', '--project-file', path])
    assert.equal(away.code, 3)
    assert.match(away.stdout, /^demo\n[\s\S]*problem {2}tcp +127\.0\.0\.1:9 refuses connections\.\n +Next: /m)
    writeFileSync(path, '{}')
    const wrong = await runUsage(home, ['doctor', '--project-file', path])
    assert.deepEqual([wrong.code, /problem {2}project-file [\s\S]*\n +Next: /.test(wrong.stdout)], [2, true])
    assert.equal((await runUsage(home, ['doctor', '--endpoint', 'here'])).code, 2)
  })

  it(
    'names folders that belong to another user, and an inbox that is closed',
    needs(...droppingPrivileges),
    async t => {
      const home = isolatedHome(t)
      const root = home.environment['TMPDIR'] ?? ''
      chmodSync(root, 0o755)
      for (const name of ['state', 'inbox']) mkdirSync(join(root, name), {mode: 0o755})
      const user = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'] as const
      const environment = {USAGE_STATE_DIR: join(root, 'state'), USAGE_CONFIG_DIR: join(root, 'settings')}
      const outcome = await runProgram(
        home,
        [...user, 'usage', 'doctor', '--endpoint', `file://${root}/inbox`, '--json'],
        {
          cwd: '/',
          environment,
        },
      )
      const {findings} = JSON.parse(outcome.stdout) as {findings: Finding[]}
      const problems = findings.filter(({status}) => status === 'problem').map(({check}) => check)
      assert.deepEqual([problems, outcome.code], [['state', 'settings', 'folder'], 3], outcome.stdout)
    },
  )

  it('checks the known projects also beside a wrong usage.project.json', async t => {
    const home = isolatedHome(t)
    const folder = join(home.home, 'work')
    mkdirSync(folder)
    writeFileSync(join(folder, 'usage.project.json'), '{}')
    await runUsage(home, ['project', 'add', projectOnDisk(home.home, 'http://127.0.0.1:9').path])
    const outcome = await runUsage(home, ['doctor', '--json'], {cwd: folder})
    const {findings} = JSON.parse(outcome.stdout) as {findings: Finding[]}
    const problems = findings.filter(({status}) => status === 'problem').map(({check, project}) => [check, project])
    assert.deepEqual(problems, [
      ['project-file', null],
      ['tcp', 'demo'],
    ])
  })

  it('contacts nobody after an opt-out', async t => {
    const home = isolatedHome(t)
    const server = await silentServer(t)
    const {path} = projectOnDisk(home.home, server.url)
    await runUsage(home, ['project', 'add', path])
    await runUsage(home, ['optout', 'demo'])
    const outcome = await runUsage(home, ['doctor', 'demo'])
    assert.deepEqual([outcome.code, server.connections()], [0, 0], outcome.stdout)
    assert.match(outcome.stdout, /Off\. project-opt-out/)
  })
})
