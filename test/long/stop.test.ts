import assert from 'node:assert/strict'
import {once} from 'node:events'
import {connect} from 'node:net'
import {describe, it, type TestContext} from 'node:test'
import {get, postTo} from '../collector/running-collector.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runningCollector} from '../support/running-collector.ts'

const run = '0199aaaa-7200-7000-8000-000000000001'
const events = [{id: run, type: 'start', run, time: new Date().toISOString()}]

async function start(t: TestContext, ...more: string[]) {
  const home = isolatedHome(t)
  const {project: file} = projectOnDisk(home.home, 'http://127.0.0.1:9')
  const collector = await runningCollector(t, home, [file], '127.0.0.1:0', more)
  const {project} = file
  const report = {protocol: 1, project, client: {name: 'test', version: '1'}, header: {}, events}
  return {collector, project, send: () => postTo(collector.http, '/v1/reports', report)}
}

describe('a collector that stops', {concurrency: 2}, () => {
  it('is unready first and still accepts reports, until a second signal ends the waiting', async t => {
    const {collector, project, send} = await start(t, '--drain-seconds', '600')
    assert.equal((await get(collector.http, '/readyz')).status, 200)
    process.kill(collector.pid, 'SIGTERM')
    await eventually(async () => assert.equal((await get(collector.http, '/readyz')).status, 503))
    assert.equal((await send()).status, 200)
    assert.equal(await collector.stop(), 0)
    assert.equal((await collector.stats(project)).runs!.total, 1)
  })

  it('gives a half-sent request no more time after a second signal', async t => {
    const {collector} = await start(t)
    const {hostname, port} = new URL(collector.http)
    const socket = connect(Number(port), hostname)
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(
      'POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    await get(collector.http, '/healthz')
    process.kill(collector.pid, 'SIGTERM')
    await eventually(() => assert.match(collector.written(), /stopping/))
    const startedAt = performance.now()
    assert.equal(await collector.stop(), 0)
    assert.ok(performance.now() - startedAt < 4_000)
  })
})
