import assert from 'node:assert/strict'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'

describe('usage share', () => {
  it('prints a link that a running collector opens until it is replaced or revoked', async t => {
    const home = isolatedHome(t)
    const {http, data} = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const share = async (...more: string[]) =>
      (await runUsage(home, ['share', '--data', data, '--url', http, ...more])).stdout
    const statusOf = async (link: string): Promise<number> => (await fetch(link.trim())).status
    const link = await share()
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/projects\/\w+\?share=[\w-]{32}\n$/)
    assert.deepEqual([await statusOf(link), await statusOf(link.split('?')[0]!)], [200, 401])
    const file = join(data, 'share-links', readdirSync(join(data, 'share-links'))[0]!)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(!readFileSync(file, 'utf8').includes(link.trim().split('=')[1]!))
    const {path, project, url} = JSON.parse(await share('--json'))
    assert.equal(url, `${http}${path}`)
    assert.deepEqual([await statusOf(link), await statusOf(url)], [401, 200])
    assert.equal(await share('--revoke'), `The link of ${project} is revoked.\n`)
    assert.equal(await share('--revoke'), `${project} has no link.\n`)
    assert.equal(await statusOf(url), 401)
    const unnamed = await runUsage(home, ['share', '--data', data])
    assert.equal(await statusOf(unnamed.stdout), 200)
    assert.match(unnamed.stderr, /^For a link that works elsewhere.*--url URL\n$/)
    const second = await runUsage(home, ['share', '--data', data, '--url', http])
    assert.match(second.stderr, /^The earlier link of \w+ no longer works\..*\n$/)
    assert.deepEqual([await statusOf(unnamed.stdout), await statusOf(second.stdout)], [401, 200])
  })

  it('keeps all of several changes at the same time', async t => {
    const home = isolatedHome(t)
    const names = ['one', 'two', 'three', 'four']
    const projects = names.map(name => projectOnDisk(home.home, 'http://127.0.0.1:9', {project: name}).project)
    const {data} = await collectorHere(t, home, projects)
    const shared = await Promise.all(names.map(name => runUsage(home, ['share', '--data', data, '--project', name])))
    for (const {code, stdout} of shared) {
      assert.equal(code, 0)
      assert.equal((await fetch(stdout.trim())).status, 200)
    }
  })

  it('says what is wrong: no such project, no store', async t => {
    const home = isolatedHome(t)
    const {data} = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const unknown = await runUsage(home, ['share', '--data', data, '--project', 'no'])
    assert.ok(unknown.code !== 0 && unknown.stderr.includes('USAGE_PROJECT_UNKNOWN'), unknown.stderr)
    const nothing = await runUsage(home, ['share', '--data', join(data, 'nothing')])
    assert.ok(nothing.code !== 0 && nothing.stderr.includes('USAGE_STORE_UNREADABLE'), nothing.stderr)
  })
})
