import assert from 'node:assert/strict'
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {it, type TestContext} from 'node:test'
import {openImportTarget} from '../../../src/cli/maintain/import-target.ts'
import {writeRunningCollector} from '../../../src/collector/access/running-collector-file.ts'
import {storeInFolder} from '../../../src/collector/store/place.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {makeProject} from '../../support/make-project.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

/** What listens somewhere, keeps what comes and says that it took it. */
async function listener(t: TestContext) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks = await request.setEncoding('utf8').toArray()
    bodies.push(chunks.join(''))
    response.end(JSON.stringify({accepted: chunks.length, duplicates: 0, refused: 0, damaged: []}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return {bodies, http: `http://127.0.0.1:${(server.address() as AddressInfo).port}`}
}

const open = (dataDirectory: string) =>
  openImportTarget({place: storeInFolder(dataDirectory), projectFile: makeProject(), projectId: null, now: Date.now})

it('does not trust what a killed collector has left once another holds the store', async t => {
  const dataDirectory = temporaryDirectory(t)
  const {bodies, http} = await listener(t)
  writeRunningCollector(dataDirectory, {http, secret: 'secret'})
  const store = openSqliteStore(dataDirectory)
  t.after(() => store.close())
  await assert.rejects(open(dataDirectory), {
    code: 'USAGE_STORE_LOCKED',
    next: /^Wait for the other import or purge, /,
  })
  assert.deepEqual(bodies, [])
})

it('posts no address of a line to the collector that writes the store', async t => {
  const dataDirectory = temporaryDirectory(t)
  const {bodies, http} = await listener(t)
  const store = openSqliteStore(dataDirectory)
  t.after(() => store.close())
  writeRunningCollector(dataDirectory, {http, secret: 'secret'})
  const target = await open(dataDirectory)
  const lines = ['2018-11-05 12:34:56,789: Source:203.0.113.7, Msg:{"uuid":"a"}', '2018: Source:203.0.113.8', 'Msg: x']
  await target.store(
    'parsl',
    lines.map((text, index) => ({line: index + 1, text})),
    0,
  )
  const [{records}] = bodies.map(body => JSON.parse(body)) as [{records: {text: string}[]}]
  assert.deepEqual(
    records.map(({text}) => text),
    ['2018-11-05 12:34:56,789: Source:, Msg:{"uuid":"a"}', '2018: Source:', 'Msg: x'],
  )
})
