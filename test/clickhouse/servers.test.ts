import assert from 'node:assert/strict'
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {describe, it, type TestContext} from 'node:test'
import {pathToFileURL} from 'node:url'
import {eventually} from '../support/eventually.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {isFree} from './servers/free-ports.ts'
import {type Cluster, type ClusterOptions, startCluster} from './servers/start-cluster.ts'

const hasServers = needs('a ClickHouse server')

async function cluster(t: TestContext, options: ClusterOptions): Promise<Cluster> {
  const started = await startCluster(options)
  t.after(() => started.stop())
  return started
}

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}`)

const portsOf = (urls: readonly string[]): readonly number[] => urls.map(url => Number(new URL(url).port))

describe('one server', hasServers, () => {
  it('answers over HTTP, within bounds of memory and threads', async t => {
    const {sql} = await cluster(t, {shards: 1})
    assert.match(await sql(0, 'SELECT version()'), /^26\.7\./)
    const bounds = "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"
    assert.equal(await sql(0, bounds), '2000000000')
    assert.equal(await sql(0, "SELECT value FROM system.settings WHERE name = 'max_threads'"), '2')
  })

  it('throws what the server answers, with the statement', async t => {
    const {sql} = await cluster(t, {shards: 1})
    await assert.rejects(sql(0, 'SELECT nothing'), /Code: 47\..*\nSELECT nothing$/s)
  })

  it('has its data when it starts again after SIGKILL', async t => {
    const {sql, kill, ready, pids} = await cluster(t, {shards: 1})
    await sql(0, 'CREATE TABLE kept (n UInt64) ENGINE = MergeTree ORDER BY n')
    await sql(0, 'INSERT INTO kept SELECT number FROM numbers(1000)')
    const before = pids()
    await kill(0)
    await ready()
    assert.equal(await sql(0, 'SELECT sum(n) FROM kept'), '499500')
    const [launcher, server] = pids()
    assert.equal(launcher, before[0])
    assert.notEqual(server, before[1])
  })

  it('merges parts when it is told to, and mutates', async t => {
    const {sql, stopMerges, startMerges, mergeAll} = await cluster(t, {shards: 1})
    const parts = "SELECT count() FROM system.parts WHERE table = 'cut' AND active"
    await sql(0, 'CREATE TABLE cut (n UInt64) ENGINE = ReplacingMergeTree ORDER BY n')
    await stopMerges()
    for (let round = 0; round < 8; round++) await sql(0, 'INSERT INTO cut VALUES (1)')
    await assert.rejects(mergeAll('cut'), /Code: /)
    assert.equal(await sql(0, parts), '8')
    await startMerges()
    await mergeAll('cut')
    assert.equal(await sql(0, parts), '1')
    await sql(0, 'ALTER TABLE cut DELETE WHERE n = 1 SETTINGS mutations_sync = 2')
    assert.equal(await sql(0, 'SELECT count() FROM cut'), '0')
  })

  it('admits the user with the password, and keeps `default` from the data', async t => {
    const {sql, urls, account} = await cluster(t, {shards: 1, user: 'usage', password: 'a<b&c"d'})
    assert.deepEqual(account, {user: 'usage', password: 'a<b&c"d'})
    assert.equal(await sql(0, 'SELECT currentUser()'), 'usage')
    await sql(0, 'CREATE TABLE secret (n UInt64) ENGINE = MergeTree ORDER BY n')
    const ask = async (headers: Record<string, string>) => {
      const reply = await fetch(urls[0]!, {method: 'POST', body: 'SELECT count() FROM secret', headers})
      return /^Code: \d+|^\d+/.exec(await reply.text())?.[0]
    }
    assert.equal(await ask({}), 'Code: 497')
    assert.equal(await ask({'x-clickhouse-user': 'usage', 'x-clickhouse-key': 'another'}), 'Code: 516')
    assert.equal(await ask({'x-clickhouse-user': 'usage', 'x-clickhouse-key': 'a<b&c"d'}), '0')
  })

  it('has the client of ClickHouse where the collector finds it', async t => {
    const {urls} = await cluster(t, {shards: 1, user: 'usage', password: 'of the tests'})
    // Not a word for the compiler: the client is not among the packages of the project.
    const name: string = '@clickhouse/client'
    const {createClient} = await import(name)
    const client = createClient({url: urls[0]!, username: 'usage', password: 'of the tests'})
    const query = 'SELECT {n: UInt8} + 1 AS m'
    const rows = await client.query({query, query_params: {n: 1}, format: 'JSONEachRow'})
    assert.deepEqual(await rows.json(), [{m: 2}])
    await client.close()
  })
})

describe('two servers', hasServers, () => {
  for (const account of [{}, {user: 'usage', password: 'of the tests'}])
    it(`answer a question to all shards, ${'user' in account ? 'with' : 'without'} a password`, async t => {
      const {sql, sqlEverywhere, name} = await cluster(t, {shards: 2, ...account})
      await sqlEverywhere('CREATE TABLE here (n UInt64) ENGINE = MergeTree ORDER BY n')
      await sqlEverywhere(`CREATE TABLE everywhere AS here ENGINE = Distributed(${name}, default, here, n)`)
      await sql(0, 'INSERT INTO everywhere SETTINGS distributed_foreground_insert = 1 SELECT number FROM numbers(1000)')
      assert.deepEqual(await sqlEverywhere('SELECT count(), min(n) FROM here'), ['500\t0', '500\t1'])
      assert.deepEqual(await sqlEverywhere('SELECT count(), uniqExact(n) FROM everywhere'), [
        '1000\t1000',
        '1000\t1000',
      ])
    })

  it('answer with an error while a shard is down, and again when it is back', async t => {
    const {sql, sqlEverywhere, takeDown, name} = await cluster(t, {shards: 2})
    await sqlEverywhere('CREATE TABLE here (n UInt64) ENGINE = MergeTree ORDER BY n')
    await sqlEverywhere(`CREATE TABLE everywhere AS here ENGINE = Distributed(${name}, default, here, n)`)
    const start = await takeDown(1)
    await assert.rejects(sql(0, 'SELECT count() FROM everywhere'), /Code: 279\./)
    await start()
    await eventually(async () => assert.equal(await sql(0, 'SELECT count() FROM everywhere'), '0'))
  })
})

describe('the end of servers', hasServers, () => {
  it('leaves no process, port or folder after stop', async () => {
    const {urls, pids, dataFolders, stop} = await startCluster({shards: 2})
    const running = pids()
    assert.equal(running.length, 4)
    assert.ok(running.every(pid => !isGone(pid)))
    await stop()
    assert.ok(running.every(isGone))
    for (const port of portsOf(urls)) assert.ok(await isFree(port))
    assert.deepEqual(dataFolders.filter(existsSync), [])
  })

  it('is complete when stop resolves, also where nothing else keeps the process alive', () => {
    const url = pathToFileURL(join(import.meta.dirname, 'servers', 'start-cluster.ts'))
    const program = `const {startCluster} = await import('${url}')
      const {stop} = await startCluster({shards: 1})
      await stop()
      console.log('stopped')`
    const {stdout, stderr} = spawnSync(process.execPath, ['--input-type=module', '-e', program], {encoding: 'utf8'})
    assert.deepEqual([stdout, stderr], ['stopped\n', ''])
  })

  it('comes with the SIGKILL of the process that started them', async t => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'servers', 'owner.ts')], {
      env: {...process.env, TMPDIR: temporaryDirectory(t)},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({input: owner.stdout}), 'line')
    const {urls, pids} = JSON.parse(String(line)) as {urls: readonly string[]; pids: readonly number[]}
    assert.equal(pids.filter(isGone).length, 0)
    owner.kill('SIGKILL')
    const since = Date.now()
    await eventually(() =>
      assert.deepEqual(
        pids.filter(pid => !isGone(pid)),
        [],
      ),
    )
    assert.ok(Date.now() - since < 5000)
    for (const port of portsOf(urls)) assert.ok(await isFree(port))
  })
})

describe('the launcher', () => {
  it('is laid out by clang-format', needs('clang-format'), () => {
    const style = `--style=file:${repositoryPath('src', 'embed', '.clang-format')}`
    const file = join(import.meta.dirname, 'servers', 'launcher.c')
    const {status, stderr} = spawnSync('clang-format', [style, '--dry-run', '-Werror', file], {encoding: 'utf8'})
    assert.equal(status, 0, stderr)
  })
})
