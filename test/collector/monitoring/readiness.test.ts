import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {createReadiness, type ReadinessProbe} from '../../../src/collector/monitoring/readiness.ts'

const fine: ReadinessProbe = {name: 'disk', check: () => ({ok: true, detail: '12 GB free'})}

describe('createReadiness', () => {
  it('is ready if every check is, and names each', async () => {
    assert.deepEqual(await createReadiness([fine], () => true)(), {
      status: 'ready',
      checks: [
        {name: 'disk', ok: true, detail: '12 GB free'},
        {name: 'open', ok: true, detail: 'accepts reports'},
      ],
    })
  })

  it('is unready if one check fails, throws or gives no answer', async () => {
    const broken: [ReadinessProbe['check'], string][] = [
      [async () => ({ok: false, detail: '1 MB free'}), '1 MB free'],
      [() => Promise.reject(new Error('disk I/O error')), 'the check failed: see the log'],
      [
        () => {
          throw new Error('no thread')
        },
        'the check failed: see the log',
      ],
      [() => new Promise(() => {}), 'no answer in 0.005 s'],
    ]
    for (const [check, detail] of broken) {
      const readiness = createReadiness([{name: 'write', check}, fine], () => true, {maxMs: 5})
      const {status, checks} = await readiness()
      assert.deepEqual([status, checks[0]?.ok, checks[0]?.detail, checks[1]?.ok], ['unready', false, detail, true])
    }
  })

  it('asks its parts once in two seconds, whatever the number of requests', async () => {
    let [asked, nowMs] = [0, 0]
    const counting: ReadinessProbe = {
      name: 'write',
      check: () => {
        asked++
        return {ok: asked === 1, detail: ''}
      },
    }
    const readiness = createReadiness([counting], () => true, {now: () => nowMs})
    await Promise.all(Array.from({length: 100}, readiness))
    nowMs = 1_999
    assert.deepEqual([(await readiness()).status, asked], ['ready', 1])
    nowMs = 2_000
    assert.deepEqual([(await readiness()).status, asked], ['unready', 2])
  })

  it('is unready from the first moment of a shutdown', async () => {
    let isOpen = true
    const readiness = createReadiness([fine], () => isOpen)
    assert.equal((await readiness()).status, 'ready')
    isOpen = false
    const {status, checks} = await readiness()
    assert.deepEqual([status, checks.at(-1)], ['unready', {name: 'open', ok: false, detail: 'is shutting down'}])
  })
})
