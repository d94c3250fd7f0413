import assert from 'node:assert/strict'
import {after, before, describe, it, type TestContext} from 'node:test'
import {connectForReading, connectForWriting} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {parseAddress} from '../../src/collector/store/clickhouse/client/address.ts'
import {type ClickHouse, connectClickHouse} from '../../src/collector/store/clickhouse/client/client.ts'
import {migrations} from '../../src/collector/store/clickhouse/tables/migrations.ts'
import {UsageError} from '../../src/errors.ts'
import {needs} from '../support/needs.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const hasServers = needs('a ClickHouse server')
const password = 'S3CRET/@:'

for (const shards of [1, 2] as const)
  describe(`a store on ${shards} ${shards === 1 ? 'server' : 'shards'}`, hasServers, () => {
    let cluster: Cluster
    before(async () => {
      cluster = await startCluster({shards, user: 'usage', password})
    })
    after(() => cluster.stop())

    async function opened(t: TestContext, database: string): Promise<ClickHouse> {
      const clickhouse = await connectForWriting(addressOf(cluster, database))
      t.after(() => clickhouse.close())
      return clickhouse
    }

    it('makes its tables once, also if several collectors start at the same time', async t => {
      const stores = await Promise.all([1, 2, 3].map(() => opened(t, 'started')))
      for (const server of stores[0]!.servers) {
        const rows = await server.ask<{version: number}>('versions', 'SELECT version FROM migrations FINAL')
        assert.deepEqual(
          rows.map(({version}) => version),
          migrations.map((_, index) => index + 1),
        )
      }
      const again = await opened(t, 'started')
      assert.equal(again.servers.length, shards)
      assert.equal(again.shards.length, shards)
    })

    it('refuses to be read before it has tables, or after a newer program wrote it', async t => {
      await assert.rejects(connectForReading(addressOf(cluster, 'nothing')), {code: 'USAGE_STORE_UNREADABLE'})
      const {servers} = await opened(t, 'newer')
      const address = addressOf(cluster, 'newer')
      await (await connectForReading(address)).close()
      for (const server of servers) await server.post('migrations', ['version', 'applied'], ['[99,0]'])
      await assert.rejects(connectForReading(address), {code: 'USAGE_STORE_UNREADABLE', next: /newer version/})
      await assert.rejects(connectForWriting(address), {code: 'USAGE_STORE_UNREADABLE', next: /newer version/})
    })

    it('adds the values of headers that an older program did not know', async t => {
      const {database, servers, cluster: name, tableOf} = await opened(t, 'older')
      const row = JSON.stringify(['p', 0, '0199aaaa-0000-7000-8000-000000000001', '2026-11-22', 'x'])
      await servers[0]!.post(
        'features',
        ['project', 'event_ms', 'event', 'at', 'user'],
        [row.replace('"2026-11-22"', '5')],
      )
      for (const server of servers)
        for (const table of name === null ? ['features'] : ['features', 'features_all'])
          await server.tell(`ALTER TABLE ${table} DROP COLUMN agent`)
      const again = await opened(t, database)
      const rows = await again.ask('features', `SELECT user, agent FROM ${tableOf('features')} FINAL`)
      assert.deepEqual(rows, [{user: 'x', agent: null}])
    })

    it('answers with numbers and texts as they are, and passes values only as parameters', async t => {
      const clickhouse = await opened(t, 'values')
      const text = `'; DROP TABLE runs; -- "\\ \u202e 𝔘\n\t`
      const rows = await clickhouse.ask(
        'values',
        'SELECT {text:String} AS text, toInt64(9007199254740991) AS n, nan AS x',
        {text},
      )
      assert.deepEqual(rows, [{text, n: Number.MAX_SAFE_INTEGER, x: null}])
      const numbers: number[] = []
      const sql = 'SELECT number FROM system.numbers LIMIT 200000'
      for await (const {number} of clickhouse.rows<{number: number}>('numbers', sql)) numbers.push(number)
      assert.equal(numbers.length, 200_000)
      assert.equal(numbers.at(-1), 199_999)
    })

    it('refuses a wrong password and a mistake with a code, without the password or a row', async t => {
      const wrong = parseAddress(addressOf({...cluster, account: {user: 'usage', password: 'wrong'}}, 'values'))
      await assert.rejects(
        connectForWriting(addressOf({...cluster, account: {user: 'usage', password: 'wrong'}}, 'values')),
        {
          code: 'USAGE_STORE_REFUSED',
          message: /user or password is wrong/,
        },
      )
      assert.equal(wrong.password, 'wrong')
      const clickhouse = await opened(t, 'values')
      await assert.rejects(
        clickhouse.post(clickhouse.tableOf('features'), ['project', 'at'], ['["parsl","S3CRET"]']),
        (error: unknown) => {
          assert.ok(error instanceof UsageError)
          assert.equal(error.code, 'USAGE_STORE_REFUSED')
          assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)} ${error.cause}`, /S3CRET/)
          return true
        },
      )
    })

    it('says that no host answers', async () => {
      const down = 'clickhouse://usage:S3CRET@127.0.0.1:9,127.0.0.1:11/usage'
      await assert.rejects(connectForWriting(down), {
        code: 'USAGE_STORE_UNREACHABLE',
        message: /^the store clickhouse:\/\/127\.0\.0\.1:9,127\.0\.0\.1:11\/usage did not .*\(ECONNREFUSED\)$/,
      })
    })

    it('opens although a server is down, once the tables were made, and never takes one server for another', async t => {
      if (shards === 1) return
      await opened(t, 'before')
      const up = await cluster.takeDown(0)
      const [clickhouse, other] = [
        await opened(t, 'before'),
        await connectClickHouse(parseAddress(addressOf(cluster, 'new'))),
      ]
      t.after(() => other.close())
      const [row] = await clickhouse.system.ask<{one: number}>('one', 'SELECT 1 AS one')
      assert.equal(row!.one, 1)
      await assert.rejects(clickhouse.shards[0]!.tell('SELECT 1'), {code: 'USAGE_STORE_UNREACHABLE'})
      await assert.rejects(clickhouse.ask('runs', 'SELECT count() FROM runs_all'), {code: 'USAGE_STORE_UNREACHABLE'})
      await assert.rejects(connectForWriting(addressOf(cluster, 'new')), {code: 'USAGE_STORE_UNREACHABLE'})
      await up()
      const locals = await Promise.all(
        clickhouse.shards.map(shard => shard.ask('port', 'SELECT tcpPort() AS port').catch(() => null)),
      )
      assert.notDeepEqual(locals[0], locals[1])
    })

    it('repeats a request whose kept connection was closed by the server', async t => {
      const clickhouse = await opened(t, 'kept')
      await clickhouse.ask('one', 'SELECT 1')
      await cluster.kill(0)
      await cluster.ready()
      assert.deepEqual(await clickhouse.ask('two', 'SELECT 2 AS two'), [{two: 2}])
    })
  })
