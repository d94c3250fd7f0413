import assert from 'node:assert/strict'
import {readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'

describe('usage share', () => {
  it('prints a link that a running collector opens until it is replaced or revoked', async t => {
    const home = isolatedHome(t)
    const {http, data} = await runningCollector(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const share = async (...more: string[]) =>
      (await runUsage(home, ['share', '--data', data, '--url', http, ...more])).stdout
    const statusOf = async (link: string): Promise<number> => (await fetch(link.trim())).status
    const link = await share()
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/projects\/\w+\?share=[\w-]{32}\n$/)
    assert.deepEqual([await statusOf(link), await statusOf(link.split('?')[0]!)], [200, 401])
    const file = join(data, 'share-links.json')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(!readFileSync(file, 'utf8').includes(link.trim().split('=')[1]!))
    const {path, project} = JSON.parse(await share('--json'))
    assert.deepEqual([await statusOf(link), await statusOf(`${http}${path}`)], [401, 200])
    assert.equal(await share('--revoke'), `The link of ${project} is revoked.\n`)
    assert.equal(await share('--revoke'), `${project} has no link.\n`)
    assert.equal(await statusOf(`${http}${path}`), 401)
  })

  it('says what is wrong: no such project, no store', async t => {
    const home = isolatedHome(t)
    const {data} = await runningCollector(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const unknown = await runUsage(home, ['share', '--data', data, '--project', 'no'])
    assert.ok(unknown.code !== 0 && unknown.stderr.includes('USAGE_PROJECT_UNKNOWN'), unknown.stderr)
    const nothing = await runUsage(home, ['share', '--data', join(data, 'nothing')])
    assert.ok(nothing.code !== 0 && nothing.stderr.includes('USAGE_STORE_UNREADABLE'), nothing.stderr)
  })
})
