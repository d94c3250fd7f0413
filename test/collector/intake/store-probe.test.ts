import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {createStoreProbe} from '../../../src/collector/intake/store-probe.ts'
import {UsageError} from '../../../src/errors.ts'

describe('createStoreProbe', () => {
  it('writes once in five seconds, and lets the gate hear the outcome', async () => {
    let nowMs = 0
    let error: Error | null = null
    let written = 0
    const heard: unknown[] = []
    const write = async () => {
      written++
      if (error !== null) throw error
    }
    const probe = createStoreProbe({probe: write}, {noteWrite: outcome => heard.push(outcome)}, () => nowMs)
    const first = await probe.check()
    assert.ok(first.ok && /^written in \d+ ms$/.test(first.detail))
    nowMs = 4_999
    await probe.check()
    assert.equal(written, 1)
    error = new UsageError('USAGE_STORE_UNWRITABLE', 'database or disk is full: /secret/path')
    nowMs = 5_000
    assert.deepEqual(await probe.check(), {ok: false, detail: 'a write failed: USAGE_STORE_UNWRITABLE', cause: error})
    assert.deepEqual(heard, [null, error])
  })
})
