import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {pathToFileURL} from 'node:url'
import {inboxNameOf} from '../../../src/protocol/report/inbox.ts'
import {folderTransport} from '../../../src/reporter/transports/folder.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const body = '{"events":[{},{"a":"ü"}]}'
const request = (path: string) => ({
  ...{endpoint: pathToFileURL(path).href, writeKey: 'the-key', body, sentAt: ''},
  signal: AbortSignal.timeout(9_000),
})

it('lays the exact bytes of a report into the folder, for its writer and the group of the folder alone', async t => {
  const folder = join(temporaryDirectory(t), 'in box')
  mkdirSync(folder)
  const mask = process.umask(0o077)
  t.after(() => process.umask(mask))
  const result = await folderTransport()(request(folder))
  assert.ok(result.kind === 'answered' && result.answer.accepted === 2)
  assert.deepEqual(readdirSync(folder), [inboxNameOf(body)])
  const path = join(folder, inboxNameOf(body))
  assert.equal(readFileSync(path, 'utf8'), body)
  assert.equal(statSync(path).mode & 0o777, 0o640)
})

it('lays a report that is laid down again over itself', async t => {
  const folder = temporaryDirectory(t)
  await folderTransport()(request(folder))
  await folderTransport()(request(folder))
  assert.equal(readdirSync(folder).length, 1)
})

it('keeps the report where the folder is missing or is none, and makes none', async t => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'file'), '')
  for (const name of ['missing', 'file']) {
    const result = await folderTransport()(request(join(directory, name)))
    assert.ok(result.kind === 'kept' && result.reason === 'no-folder', name)
  }
  assert.deepEqual(readdirSync(directory), ['file'])
})
