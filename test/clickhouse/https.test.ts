import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {request as httpRequest} from 'node:http'
import {createServer} from 'node:https'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {batchOf, nowMs, sampleProject, startOf} from '../collector/samples.ts'
import {makeAuthority} from '../support/authority.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {listen} from '../support/open-proxy.ts'
import {runUsage} from '../support/run-program.ts'
import {startCluster} from './servers/start-cluster.ts'

const project = sampleProject()

/** A server behind HTTPS with the certificate of a private authority. */
async function secureServer(
  t: TestContext,
): Promise<{host: string; ca: string; account: {user: string; password: string}}> {
  const {urls, account, stop} = await startCluster({shards: 1})
  t.after(stop)
  const {ca, key, cert} = makeAuthority(t)
  const server = createServer({key, cert}, (request, response) => {
    const onward = httpRequest(new URL(request.url!, urls[0]), {method: request.method!, headers: request.headers})
    onward.on('response', answer => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  return {host: `127.0.0.1:${await listen(t, server)}`, ca, account}
}

describe('a store with an address of HTTPS', needs('a ClickHouse server', 'openssl'), () => {
  it('is written and read where the authority is trusted, and named with the next step where it is not', async t => {
    const {host, ca, account} = await secureServer(t)
    const address = `clickhouses://${account.user}:${account.password}@${host}/secure`
    const home = isolatedHome(t, {USAGE_STORE: address})
    const data = join(home.home, 'data')
    const store = openSqliteStore(data)
    await store.saveProjects([project])
    await store.insert([batchOf([startOf(1, nowMs)])])
    await store.close()
    const path = join(home.home, 'moved.jsonl')
    const exported = await runUsage(home, ['export', '--data', data], {environment: {USAGE_STORE: ''}})
    writeFileSync(path, exported.stdout)
    const projectFile = join(home.home, 'project.json')
    writeFileSync(projectFile, JSON.stringify(project))

    const doubted = await runUsage(home, ['import', path, '--project-file', projectFile])
    assert.equal(doubted.code, 3, doubted.stderr)
    assert.match(doubted.stderr, /USAGE_STORE_UNREACHABLE/)
    assert.match(doubted.stderr.replace(/\s+/g, ' '), /its certificate is not trusted .*NODE_EXTRA_CA_CERTS/)

    const environment = {NODE_EXTRA_CA_CERTS: ca}
    const imported = await runUsage(home, ['import', path, '--project-file', projectFile, '--json'], {environment})
    assert.equal(imported.code, 0, imported.stdout + imported.stderr)
    const asked = await runUsage(home, ['stats', '--from', '2026-11-01', '--to', '2026-11-30', '--json'], {environment})
    assert.equal(JSON.parse(asked.stdout).runs.total, 1, asked.stderr)
  })
})
