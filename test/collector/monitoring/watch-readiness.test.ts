import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {createReadiness, type ProbeResult} from '../../../src/collector/monitoring/readiness.ts'
import {watchReadiness} from '../../../src/collector/monitoring/watch-readiness.ts'

describe('watchReadiness', () => {
  it('logs when a check begins to fail and when it holds again, once each', async t => {
    let result: ProbeResult = {ok: true, detail: '9 GB free'}
    let isOpen = true
    const lines: unknown[] = []
    const readiness = createReadiness([{name: 'disk', check: () => result}], () => isOpen)
    const watch = watchReadiness(readiness, {
      info: (message, fields) => lines.push(['info', message, fields]),
      error: (message, fields) => lines.push(['error', message, fields]),
    })
    t.after(watch.stop)
    await watch.look()
    assert.deepEqual(lines, [])
    const cause = new Error('ENOSPC')
    result = {ok: false, detail: '1 MB free', cause}
    await Promise.all([watch.look(), watch.look(), watch.look()])
    assert.deepEqual(lines, [['error', 'not ready', {name: 'disk', detail: '1 MB free', error: cause}]])
    assert.deepEqual(
      [...watch.latest()],
      [
        ['disk', 0],
        ['open', 1],
      ],
    )
    result = {ok: true, detail: '2 GB free'}
    await watch.look()
    assert.deepEqual(lines.slice(1), [['info', 'ready again', {name: 'disk', detail: '2 GB free'}]])
    isOpen = false
    await watch.look()
    assert.equal(lines.length, 2)
  })
})
