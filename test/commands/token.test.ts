import assert from 'node:assert/strict'
import {createServer} from 'node:http'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'

describe('usage token', () => {
  it('makes, lists and revokes tokens beside a running collector', async t => {
    const home = isolatedHome(t)
    const projects = ['one', 'two'].map(project => projectOnDisk(home.home, 'http://127.0.0.1:9', {project}).project)
    const {http, data} = await collectorHere(t, home, projects)
    const token = async (...args: string[]) =>
      JSON.parse((await runUsage(home, ['token', ...args, '--data', data, '--json'])).stdout)
    const made = await token('new', '--name', 'grafana', '--project', 'one', '--expires', '1y')
    assert.deepEqual(Object.keys(made), ['id', 'name', 'project', 'createdAt', 'expiresAt', 'token'])
    const status = async (path: string, headers = {Authorization: `Bearer ${made.token}`}): Promise<number> =>
      (await fetch(`${http}${path}`, {headers, redirect: 'manual'})).status
    const paths = [
      '/v1/projects/one/stats',
      '/projects/one',
      '/projects/one/answers/users.csv',
      '/badge/one/users.svg',
      '/',
    ]
    assert.deepEqual(await Promise.all(paths.map(path => status(path))), [200, 200, 200, 200, 302])
    // Whether a project exists is not told.
    for (const id of ['two', 'nobody'])
      for (const path of [`/v1/projects/${id}/stats`, `/projects/${id}`, `/badge/${id}/users.svg`])
        assert.equal(await status(path), 401, path)
    const page = await (await fetch(`${http}/projects/one`, {headers: {Authorization: `Bearer ${made.token}`}})).text()
    assert.ok(!page.includes('href="/"'), 'no link to the list of projects')
    const {tokens} = await token('list')
    assert.deepEqual(
      tokens.map(({name, project}: {name: string; project: string}) => [name, project]),
      [
        ['first', null],
        ['grafana', 'one'],
      ],
    )
    assert.equal((await token('revoke', 'grafana')).revoked.id, made.id)
    assert.equal(await status('/v1/projects/one/stats'), 401)
    const text = await runUsage(home, ['token', 'list', '--data', data])
    assert.match(text.stdout, /^[0-9a-f]{12} {2}first {2}all projects, created \d{4}-\d\d-\d\d\n$/)
  })

  it('says what is wrong, and makes no token that nobody sees', async t => {
    const home = isolatedHome(t)
    const {data} = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const cases: readonly [string, ...string[]][] = [
      ['USAGE_TOKEN_NOT_SHOWN', 'new', '--data', data],
      ['USAGE_TOKEN_EXISTS', 'new', '--data', data, '--name', 'first', '--json'],
      ['USAGE_PROJECT_UNKNOWN', 'new', '--data', data, '--project', 'no', '--json'],
      ['USAGE_WRONG_USE', 'new', '--data', data, '--expires', '2020-01-01', '--json'],
      ['USAGE_WRONG_USE', 'new', '--data', data, '--name', 'a\nb', '--json'],
      ['USAGE_TOKEN_UNKNOWN', 'revoke', 'no', '--data', data],
      ['USAGE_STORE_UNREADABLE', 'list', '--data', join(data, 'no')],
    ]
    for (const [code, ...args] of cases) {
      const {code: exit, stdout, stderr} = await runUsage(home, ['token', ...args])
      assert.ok(exit === 2 && `${stdout}${stderr}`.includes(code), `${args}: ${exit} ${stdout} ${stderr}`)
    }
    const {tokens} = JSON.parse((await runUsage(home, ['token', 'list', '--data', data, '--json'])).stdout)
    assert.equal(tokens.length, 1)
  })

  it('is not lost with a busy port', async t => {
    const home = isolatedHome(t)
    const {path: file} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const {port} = server.address() as {port: number}
    const data = join(home.home, 'data')
    const busy = await runUsage(home, [
      'collect',
      '--projects',
      file,
      '--data',
      data,
      '--http',
      `127.0.0.1:${port}`,
      '--json',
    ])
    assert.equal(JSON.parse(busy.stdout).error.code, 'USAGE_ADDRESS_UNAVAILABLE')
    const {tokens} = JSON.parse((await runUsage(home, ['token', 'list', '--data', data, '--json'])).stdout)
    assert.deepEqual(tokens, [])
  })
})
