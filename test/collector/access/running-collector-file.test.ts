import assert from 'node:assert/strict'
import {readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {
  makeFolderSecret,
  readRunningCollector,
  removeRunningCollector,
  writeRunningCollector,
} from '../../../src/collector/access/running-collector-file.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

it('contains the collector that writes a folder, readable only by the owner, until it is removed', t => {
  const directory = temporaryDirectory(t)
  assert.equal(readRunningCollector(directory), null)
  const running = {http: 'http://127.0.0.1:8080', secret: makeFolderSecret()}
  writeRunningCollector(directory, running)
  assert.deepEqual(readRunningCollector(directory), running)
  assert.equal(statSync(join(directory, 'collector.json')).mode & 0o777, 0o600)
  assert.notEqual(makeFolderSecret(), running.secret)
  for (const content of ['', '{"http": 5}', 'null']) {
    writeFileSync(join(directory, 'collector.json'), content)
    assert.equal(readRunningCollector(directory), null)
  }
  removeRunningCollector(directory)
  removeRunningCollector(directory)
  assert.equal(readRunningCollector(directory), null)
})

it('is written neither into what a kill left nor through a link', t => {
  const directory = temporaryDirectory(t)
  const [path, elsewhere] = [join(directory, 'collector.json'), join(directory, 'elsewhere')]
  const running = {http: 'http://127.0.0.1:8080', secret: makeFolderSecret()}
  writeFileSync(`${path}.new`, 'half', {mode: 0o644})
  writeRunningCollector(directory, running)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  writeFileSync(elsewhere, 'mine', {mode: 0o644})
  symlinkSync(elsewhere, `${path}.new`)
  writeRunningCollector(directory, running)
  assert.deepEqual([readRunningCollector(directory), readFileSync(elsewhere, 'utf8')], [running, 'mine'])
})

it('is refused with a code where it cannot be written', t => {
  const path = join(temporaryDirectory(t), 'missing')
  const write = () => writeRunningCollector(path, {http: 'http://127.0.0.1:8080', secret: makeFolderSecret()})
  assert.throws(write, {code: 'USAGE_STORE_UNREADABLE', message: /missing.collector\.json: ENOENT/})
})
