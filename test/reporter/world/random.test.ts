import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {randomSource} from '../../../src/reporter/world/random.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('a source of random bytes', () => {
  it('gives as many as are asked for, and none twice', () => {
    const random = randomSource()
    const taken = Array.from({length: 1000}, (_, index) => random(8 + (index % 200)))
    for (const [index, bytes] of taken.entries()) assert.equal(bytes.length, 8 + (index % 200))
    assert.equal(new Set(taken.map(bytes => hex(bytes.subarray(0, 8)))).size, 1000)
  })

  it('gives no two sources the same', () => {
    assert.notEqual(hex(randomSource()(32)), hex(randomSource()(32)))
  })

  it('takes nothing from a file that stands where the device should be, nor fails without one', t => {
    const path = join(temporaryDirectory(t), 'urandom')
    assert.equal(randomSource(path)(16).length, 16)
    writeFileSync(path, Buffer.alloc(4096))
    assert.notEqual(hex(randomSource(path)(32)), '00'.repeat(32))
  })
})
