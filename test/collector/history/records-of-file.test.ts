import assert from 'node:assert/strict'
import {truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it, type TestContext} from 'node:test'
import type {ImportFormat} from '../../../src/collector/history/format.ts'
import {detectFormatOfFile, recordsOfFile} from '../../../src/collector/history/records-of-file.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

function keep(t: TestContext, content: string | Uint8Array): string {
  const path = join(temporaryDirectory(t), 'file')
  writeFileSync(path, content)
  return path
}

async function readAll(path: string, format: ImportFormat) {
  const all = []
  for await (const placed of recordsOfFile(path, format)) all.push(placed)
  return all
}

it('reads lines of any length across chunks, with the byte where each ends', async t => {
  const lines = Array.from({length: 3_000}, (_, index) => `${index}${'ü'.repeat(index % 97)}`)
  for (const end of ['', '\n']) {
    const content = Buffer.from(lines.join('\n') + end)
    const all = await readAll(keep(t, content), 'parsl')
    assert.deepEqual(
      all.map(({record}) => record),
      lines.map((text, index) => ({line: index + 1, text})),
    )
    assert.equal(all.at(-1)?.bytesRead, content.length)
  }
  assert.deepEqual(await readAll(keep(t, ''), 'parsl'), [])
})

it('reports a line that is too long or not UTF-8, and reads the next', async t => {
  const content = Buffer.concat([
    Buffer.alloc(1024 * 1024 + 1, 'x'),
    Buffer.from('\n'),
    Buffer.alloc(1024 * 1024, 'y'),
    Buffer.from([10, 0xff, 10]),
    Buffer.from('last'),
  ])
  const records = (await readAll(keep(t, content), 'usage')).map(({record}) => record)
  assert.deepEqual(
    records.map(record => ('problem' in record ? record.problem : record.text.length)),
    ['must be a line of at most 1048576 bytes', 1024 * 1024, 'must be UTF-8', 4],
  )
})

it('reads pages of one or many lines, and numbers the results of the whole file', async t => {
  const page = (...results: unknown[]) => ({count: results.length, next: null, previous: null, results})
  const use = {type: 'Algorithm', name: 'Load.v1', mantidVersion: '6'}
  const pages = [page({dateTime: 'a'}, use), page(use, {features: [{name: 'Fit.v1'}], mantidVersion: '6'})]
  const expected = [
    {line: 1, text: '{"dateTime":"a"}'},
    {line: 2, text: JSON.stringify(use), occurrence: 1},
    {line: 3, text: JSON.stringify(use), occurrence: 2},
    {line: 4, text: '{"mantidVersion":"6","name":"Fit.v1"}', occurrence: 1},
  ]
  const forms = [JSON.stringify(pages, null, 2), pages.map(one => JSON.stringify(one)).join('\n')]
  for (const form of forms)
    assert.deepEqual(
      (await readAll(keep(t, form), 'mantid')).map(({record}) => record),
      expected,
    )
  const damaged = await readAll(keep(t, `${forms[1]}\n\n{"cut\n[1]`), 'mantid')
  assert.deepEqual(
    damaged.slice(4).map(({record}) => record),
    [
      {line: 5, problem: 'must be a JSON page'},
      {line: 6, text: '1'},
    ],
  )
})

it('reads a file that is too large for one document line by line, not whole', async t => {
  const path = keep(t, '{"dateTime":"a"}\n')
  // A sparse file uses no disk space.
  truncateSync(path, 257 * 1024 * 1024)
  const before = process.memoryUsage.rss()
  for await (const {record} of recordsOfFile(path, 'mantid')) {
    assert.deepEqual(record, {line: 1, text: '{"dateTime":"a"}'})
    break
  }
  assert.ok(process.memoryUsage.rss() - before < 128 * 1024 * 1024)
})

it('reports a record that is nested too deeply, and reads the next', async t => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const inside = `{"results":[{"dateTime":"b","x":${deep}}]}`
  const chain = `${'{"results":['.repeat(20_000)}1${']}'.repeat(20_000)}`
  for (const page of [deep, inside, chain]) {
    const alone = await readAll(keep(t, page), 'mantid')
    assert.deepEqual(
      alone.map(({record}) => record),
      [{line: 1, problem: 'is nested too deeply'}],
    )
    const [first, second] = await readAll(keep(t, `${page}\n{"dateTime":"a"}\n`), 'mantid')
    assert.deepEqual([first?.record, second?.record.line], [{line: 1, problem: 'is nested too deeply'}, 2])
  }
})

it('detects the format from the first line that is not empty', async t => {
  const detect = async (content: string) => detectFormatOfFile(keep(t, content))
  assert.equal(await detect('\n\n2018-11-05 12:34:56,789: Source:192.0.2.1, Msg:{"uuid":"a"}'), 'parsl')
  assert.equal(await detect('2018-11-05: New Log section for new day ==='), 'parsl')
  assert.equal(await detect('{"protocol":1,"project":"demo","client":{},"header":{},"events":[]}'), 'usage')
  for (const page of ['{"count": 1, "results": []}', '{\n "count": 1', '[', '{"features": []}'])
    assert.equal(await detect(page), 'mantid')
  for (const other of ['', '\n', 'hello', 'uuid,start', '{"hello": "world"}', '[1, 2]', '[{"user": "ann"}]'])
    await assert.rejects(detect(other), {code: 'USAGE_IMPORT_UNREADABLE'})
})
