import assert from 'node:assert/strict'
import {readdirSync, renameSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {markOf, noProgress} from '../../../src/collector/history/import-mark.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

it('belongs to one content, project and format, wherever the file is, and can be removed', async t => {
  const dataDirectory = temporaryDirectory(t)
  const path = join(temporaryDirectory(t), 'a.log')
  writeFileSync(path, 'one')
  const options = {dataDirectory, project: 'parsl', format: 'parsl'} as const
  const mark = await markOf(path, options)
  assert.equal(mark.read(), null)
  const progress = {...noProgress, records: 7, damaged: {count: 1, listed: [{line: 3, message: 'must be UTF-8'}]}}
  mark.write(progress)
  assert.deepEqual(mark.read(), progress)
  const [name = ''] = readdirSync(join(dataDirectory, 'imports'))
  assert.equal(statSync(join(dataDirectory, 'imports', name)).mode & 0o777, 0o600)
  renameSync(path, `${path}.old`)
  assert.deepEqual((await markOf(`${path}.old`, options)).read(), progress)
  assert.equal((await markOf(`${path}.old`, {...options, project: 'other'})).read(), null)
  assert.equal((await markOf(`${path}.old`, {...options, format: 'usage'})).read(), null)
  for (const other of ['two', 'one more']) {
    writeFileSync(path, other)
    assert.equal((await markOf(path, options)).read(), null)
  }
  mark.remove()
  assert.equal(mark.read(), null)
})

it('counts as missing if it cannot be read', async t => {
  const dataDirectory = temporaryDirectory(t)
  const path = join(temporaryDirectory(t), 'a.log')
  writeFileSync(path, 'one')
  const mark = await markOf(path, {dataDirectory, project: 'parsl', format: 'parsl'})
  mark.write(noProgress)
  const folder = join(dataDirectory, 'imports')
  for (const content of [
    '',
    '{',
    'null',
    '{"records": 5}',
    '{"records": -0.5, "damaged": {"count": 0, "listed": []}}',
  ]) {
    writeFileSync(join(folder, readdirSync(folder)[0]!), content)
    assert.equal(mark.read(), null, content)
  }
})
