import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {placeOf} from '../../../src/collector/store/place.ts'

describe('placeOf', () => {
  it('is the data folder without an address', () => {
    for (const none of [undefined, '']) assert.deepEqual(placeOf('d', none), {kind: 'sqlite', dataDirectory: 'd'})
  })

  it('knows ClickHouse by its scheme', () => {
    for (const address of ['clickhouse://h/usage', 'clickhouses://u:p@h:8443,i/usage'])
      assert.deepEqual(placeOf('d', address), {kind: 'clickhouse', dataDirectory: 'd', address})
  })

  it('refuses any other address, and does not repeat it', () => {
    for (const address of ['postgres://u:S3CRET@h/usage', 'S3CRET', '/S3CRET'])
      assert.throws(
        () => placeOf('d', address),
        (error: Error & {code?: string}) =>
          error.code === 'USAGE_STORE_ADDRESS_INVALID' && !error.message.includes('S3CRET'),
      )
  })
})
