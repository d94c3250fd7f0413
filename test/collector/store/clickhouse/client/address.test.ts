import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {
  describeAddress,
  isClickHouseAddress,
  parseAddress,
} from '../../../../../src/collector/store/clickhouse/client/address.ts'
import {UsageError} from '../../../../../src/errors.ts'

describe('the address of a store on ClickHouse', () => {
  it('has a user, hosts, a database and a cluster', () => {
    assert.deepEqual(parseAddress('clickhouse://ann:p%40s%2Fs@one:1234,two,[::1]:99/usage?cluster=c-1'), {
      urls: ['http://one:1234', 'http://two:8123', 'http://[::1]:99'],
      user: 'ann',
      password: 'p@s/s',
      database: 'usage',
      cluster: 'c-1',
      isReplicated: null,
    })
  })

  it('has defaults: the user `default` without a password, the usual port, one server', () => {
    const {urls, user, password, cluster} = parseAddress('clickhouse://one/usage')
    assert.deepEqual([urls, user, password, cluster], [['http://one:8123'], 'default', '', null])
  })

  it('is reached by HTTPS with `clickhouses:` or `secure=1`', () => {
    for (const text of ['clickhouses://one/usage', 'clickhouse://one/usage?secure=1'])
      assert.deepEqual(parseAddress(text).urls, ['https://one:8443'])
    assert.deepEqual(parseAddress('clickhouses://one/usage?secure=0').urls, ['http://one:8123'])
  })

  it('says that tables are replicated', () => {
    assert.equal(parseAddress('clickhouse://one/usage?cluster=c&replicated=1').isReplicated, true)
    assert.equal(parseAddress('clickhouse://one/usage?cluster=c&replicated=0').isReplicated, false)
  })

  for (const [why, text] of Object.entries({
    'no database': 'clickhouse://ann:S3CRET@one',
    'an empty database': 'clickhouse://ann:S3CRET@one/',
    'a database that is not a name': 'clickhouse://ann:S3CRET@one/a-b',
    'a path': 'clickhouse://ann:S3CRET@one/a/b',
    'no host': 'clickhouse://ann:S3CRET@/usage',
    'a host that is not a name': 'clickhouse://ann:S3CRET@one two/usage',
    'an empty host': 'clickhouse://ann:S3CRET@one,,two/usage',
    'a port that is not a number': 'clickhouse://ann:S3CRET@one:x/usage',
    'an unknown parameter': 'clickhouse://ann:S3CRET@one/usage?clutser=c',
    'a switch that is neither 0 nor 1': 'clickhouse://ann:S3CRET@one/usage?secure=yes',
    'replicas without a cluster': 'clickhouse://ann:S3CRET@one/usage?replicated=1',
    'a cluster that is not a name': "clickhouse://ann:S3CRET@one/usage?cluster=a'b",
    'a password that is not encoded': 'clickhouse://ann:S3CRET%@one/usage',
    'another protocol': 'http://ann:S3CRET@one/usage',
  }))
    it(`is refused with ${why}, without the password`, () => {
      assert.throws(
        () => parseAddress(text),
        (error: unknown) => {
          assert.ok(error instanceof UsageError)
          assert.equal(error.code, 'USAGE_STORE_ADDRESS_INVALID')
          assert.doesNotMatch(JSON.stringify(error.toDocument()), /S3CRET/)
          return true
        },
      )
    })

  it('is shown to people without user and password', () => {
    const shown = describeAddress(parseAddress('clickhouses://ann:S3CRET@one,two:99/usage?cluster=c&secure=1'))
    assert.equal(shown, 'clickhouses://one:8443,two:99/usage?cluster=c')
  })

  it('is told from a folder', () => {
    const texts = ['clickhouse://one/usage', 'CLICKHOUSES://', 'clickhouse', './clickhouse', '/data']
    assert.deepEqual(texts.map(isClickHouseAddress), [true, true, false, false, false])
  })
})
