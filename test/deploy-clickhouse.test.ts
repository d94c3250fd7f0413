import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {parse} from 'yaml'
import {parseAddress} from '../src/collector/store/clickhouse/client/address.ts'
import {tables} from '../src/collector/store/clickhouse/tables/tables.ts'
import {startCollector} from './collector/running-collector.ts'
import {isolatedHome} from './support/isolated-home.ts'
import {needs} from './support/needs.ts'
import {repositoryPath} from './support/repository.ts'
import {runProgram} from './support/run-program.ts'
import {temporaryDirectory} from './support/temporary-directory.ts'

const path = (name: string): string => repositoryPath('deploy', 'clickhouse', name)
const read = (name: string): string => readFileSync(path(name), 'utf8')

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly volumes?: readonly string[]
        readonly hostname?: string
        readonly environment?: Readonly<Record<string, string>>
        readonly depends_on?: object | readonly string[]
      }
    >
  >
  readonly volumes: object
}
const {services, volumes: named} = parse(read('compose.yaml'), {merge: true}) as Compose

describe('deploy/clickhouse/', () => {
  it('has files that exist for all that its services mount', () => {
    const mounted = Object.values(services).flatMap(({volumes = []}) => volumes.filter(one => one.startsWith('./')))
    assert.ok(mounted.length >= 8)
    for (const volume of mounted) assert.ok(existsSync(path(volume.split(':')[0]!)), volume)
  })

  it('names the same servers in services, cluster and addresses', () => {
    const servers = Object.keys(services).filter(name => /^s\dr\d$/.test(name))
    const inCluster = [...read('server.xml').matchAll(/<host>(s\dr\d)<\/host>/g)].map(([, host]) => host)
    assert.deepEqual(inCluster, servers)
    for (const collector of ['collector1', 'collector2']) {
      const address = parseAddress(services[collector]!.environment!['USAGE_STORE']!.replace(/\$\{\w+\}/, 'secret'))
      assert.deepEqual(
        address.urls,
        servers.map(name => `http://${name}:8123`),
      )
      assert.deepEqual([address.cluster, address.database], ['usage', 'usage'])
      assert.match(read('haproxy.cfg'), new RegExp(`server ${collector} ${collector}:8080 check`))
    }
    for (const name of servers) assert.equal(services[name]!.environment!['REPLICA'], name)
  })

  it('keeps the data of each server and collector in a volume of its own, and the names that Keeper knows', () => {
    const folders = {keeper: '/var/lib/clickhouse-keeper', server: '/var/lib/clickhouse', collector: '/data'}
    const kept = Object.entries(services).filter(([name]) => name !== 'balancer')
    for (const [name, {volumes = [], hostname}] of kept) {
      const isServer = /^s\dr\d$/.test(name)
      const folder = isServer ? folders.server : name === 'keeper' ? folders.keeper : folders.collector
      assert.ok(volumes.includes(`${name}:${folder}`), name)
      if (isServer) assert.equal(hostname, name)
    }
    assert.deepEqual(Object.keys(named).sort(), kept.map(([name]) => name).sort())
  })

  it('has every table, replicated, and once for all shards', () => {
    const sql = read('tables.sql')
    for (const {name, engine} of tables) {
      assert.match(sql, new RegExp(`TABLE IF NOT EXISTS usage\\.${name} \\(`))
      assert.ok(sql.includes(`Replicated${engine}('/usage/{shard}/usage/${name}', '{replica}'`), name)
      assert.ok(sql.includes(`Distributed('usage', 'usage', '${name}'`), name)
    }
  })

  it('has settings of a balancer that haproxy accepts', needs('haproxy'), t => {
    const file = join(temporaryDirectory(t), 'haproxy.cfg')
    writeFileSync(file, read('haproxy.cfg').replace(/collector\d:8080/g, '127.0.0.1:8080'))
    const {status, stderr} = spawnSync('haproxy', ['-c', '-q', '-f', file], {encoding: 'utf8'})
    assert.equal(status, 0, stderr)
  })

  it('has XML that can be read', needs('python3'), () => {
    for (const name of ['server.xml', 'keeper.xml']) {
      const {status, stderr} = spawnSync('python3', [
        '-c',
        'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])',
        path(name),
      ])
      assert.equal(status, 0, String(stderr))
    }
  })

  it('has a smoke test that passes with a collector, and fails without one', needs('curl'), async t => {
    const home = isolatedHome(t)
    const directory = temporaryDirectory(t)
    const folders = {projectsDirectory: join(directory, 'projects'), dataDirectory: join(directory, 'data')}
    cpSync(path('projects'), folders.projectsDirectory, {recursive: true})
    const {http, token} = await startCollector(t, folders)
    const environment = {USAGE_TOKEN: token!}
    const smoke = (url: string, reports: string) =>
      runProgram(home, ['sh', path('smoke.sh'), url, reports], {environment})
    const passed = await smoke(http, '5')
    assert.equal(passed.code, 0, passed.stderr)
    assert.match(passed.stdout, /^smoke: 5 reports sent twice, each stored once/)
    assert.notEqual((await smoke('http://127.0.0.1:9', '1')).code, 0)
  })
})
