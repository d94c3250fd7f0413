import assert from 'node:assert/strict'
import {it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {silentServer} from '../support/silent-server.ts'

it('exits 3 and keeps everything when the collector cannot be reached (USAGE_NOT_DELIVERED)', async t => {
  const home = isolatedHome(t)
  const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
  await runUsage(home, ['start', '--project-file', path])
  await runUsage(home, ['optin'])
  const outcome = await runUsage(home, ['flush', '--json'])
  const {sent, kept, projects} = JSON.parse(outcome.stdout)
  assert.deepEqual([outcome.code, sent, kept, projects[0].reason], [3, 0, 1, 'offline'])
  const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout)
  assert.equal(status.projects[0].lastError.reason, 'offline')
  assert.ok(Date.parse(status.projects[0].nextTryAt) > 0)
})

it('gives up within its time when the collector never answers', async t => {
  const server = await silentServer(t)
  const home = isolatedHome(t)
  const {path} = projectOnDisk(home.home, server.url)
  await runUsage(home, ['start', '--project-file', path])
  await runUsage(home, ['optin'])
  const before = performance.now()
  const outcome = await runUsage(home, ['flush', '--wait', '1.5', '--json'])
  assert.ok(performance.now() - before < 10_000)
  const {kept, projects} = JSON.parse(outcome.stdout)
  assert.deepEqual([outcome.code, kept, projects[0].reason], [3, 1, 'timeout'])
})

it('exits 0 and says why when the person holds the events back', async t => {
  const home = isolatedHome(t)
  const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
  await runUsage(home, ['start', '--project-file', path])
  const outcome = await runUsage(home, ['flush'])
  assert.equal(outcome.code, 0)
  assert.match(outcome.stdout, /^demo: 0 sent, 1 kept\n {2}Sent with the first run at least a minute after the notice/)
})
