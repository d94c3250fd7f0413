import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {type BufferedEvent, encodeBufferFile, parseBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {assertContains} from '../../support/assert-contains.ts'
import {fixturesIn, readFixture} from '../../support/fixtures.ts'
import {needs, type Tool} from '../../support/needs.ts'
import {repositoryPath} from '../../support/repository.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

function mustParse(content: string): readonly BufferedEvent[] {
  const parsed = parseBufferFile(content)
  if (parsed.kind !== 'events') assert.fail(JSON.stringify(parsed))
  return parsed.events
}

const threeLines = readFixture('event-files/command/three-lines.json')
const firstLine = threeLines.slice(0, threeLines.indexOf('\n') + 1)

for (const name of fixturesIn('event-files')) {
  test(`reads ${name}`, () => {
    const content = readFixture(name)
    const events = mustParse(content)
    assert.equal(events.length, content.split('\n').length - 1)
    assert.deepEqual(mustParse(encodeBufferFile(events)), events)
  })
}

test('writes a file of the command again with all its values', () => {
  const linesOf = (content: string) => content.split('\n').map(line => (line === '' ? null : JSON.parse(line)))
  assertContains(linesOf(encodeBufferFile(mustParse(threeLines))), linesOf(threeLines))
})

test('reads the file of another writer like its own: absent values are null, ids are in lower case', () => {
  const [use, unpaired] = mustParse(readFixture('event-files/foreign/features.json'))
  assert.equal(use?.id, use?.id.toLowerCase())
  assert.equal(use?.run, use?.run?.toLowerCase())
  const nothing = {header: null, local: null, details: null, format: 1, type: 'feature'}
  const expected = {...nothing, featureType: 'Feature', name: 'Réflectométrie λ', count: 3, internal: false}
  assert.partialDeepStrictEqual(use, {...expected, time: '2026-11-22T10:00:00.123456Z'})
  assert.partialDeepStrictEqual(unpaired, {...nothing, run: null, count: 1, internal: true, durationSeconds: null})
})

const writers: [program: Tool | 'sh', script: string][] = [
  ['sh', 'shell/write.sh'],
  ['dash', 'shell/write.sh'],
  ['bash', 'shell/write.sh'],
  ['python3', 'foreign/write.py'],
]
for (const [program, script] of writers) {
  test(
    `reads the files that ${program} writes with ${script} on this machine`,
    program === 'sh' ? {} : needs(program),
    t => {
      const directory = temporaryDirectory(t)
      execFileSync(program, [repositoryPath('test', 'fixtures', 'event-files', script), directory], {stdio: 'inherit'})
      const contents = readdirSync(directory).map(name => readFileSync(join(directory, name), 'utf8'))
      assert.equal(contents.length, 3)
      const events = contents.flatMap(mustParse)
      assert.deepEqual(new Set(events.map(({type}) => type)), new Set(['start', 'feature', 'end']))
      assert.equal(new Set(events.map(({id}) => id)).size, events.length)
      assert.equal(new Set(events.map(({run}) => run ?? 'none')).size, script.startsWith('shell') ? 1 : 2)
    },
  )
}

test("keeps a shell's file short enough for one write, with its only line break at the end", () => {
  for (const name of fixturesIn('event-files/shell')) {
    const content = readFixture(name)
    assert.ok(Buffer.byteLength(content) <= 4000, name)
    assert.equal(content.indexOf('\n'), content.length - 1, name)
  }
})

for (const writer of ['command', 'shell', 'foreign']) {
  test(`never reads a wrong event from a ${writer} file that is cut at any byte`, () => {
    for (const name of fixturesIn(`event-files/${writer}`)) {
      const bytes = Buffer.from(readFixture(name))
      const whole = mustParse(bytes.toString())
      for (let length = 0; length < bytes.length; length++) {
        const parsed = parseBufferFile(bytes.subarray(0, length).toString())
        if (bytes[length - 1] !== 0x0a) assert.deepEqual(parsed, {kind: 'unfinished'}, `${name} at ${length}`)
        else {
          assert.equal(parsed.kind, 'events')
          assert.deepEqual(
            parsed.kind === 'events' && parsed.events,
            whole.slice(0, parsed.kind === 'events' ? parsed.events.length : 0),
          )
        }
      }
    }
  })
}

test('never reads a wrong event from a file whose beginning is missing or that ends in zero bytes', () => {
  const bytes = Buffer.from(firstLine)
  for (let start = 1; start < bytes.length; start++)
    assert.notEqual(parseBufferFile(bytes.subarray(start).toString()).kind, 'events', `from ${start}`)
  for (let length = 0; length < bytes.length; length++) {
    const filled = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(bytes.length - length)])
    assert.equal(parseBufferFile(filled.toString()).kind, 'unfinished')
  }
})

test('loses the invalid line of a file and no other, and names it where there is no other', () => {
  const cases: [line: string, message: RegExp][] = [
    ['', /^line 1: must be JSON$/],
    ['null', /^line 1: the document: must be an event of type/],
    ['{"format":2}', /^line 1: type: is required/],
    [firstLine.trim().replace('"format":1', '"format":2'), /^line 1: format: must be format 1, got 2$/],
    [firstLine.trim().replace('"time":"2', '"time":"x2'), /^line 1: time: must be a time in RFC 3339 format/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^line 1: /],
    ['\u0000\u0000', /^line 1: must be JSON$/],
  ]
  for (const [line, message] of cases) {
    const parsed = parseBufferFile(`${firstLine}${line}\n${firstLine}`)
    assert.ok(parsed.kind === 'events')
    assert.deepEqual([parsed.events.length, parsed.damaged], [2, [line]])
    const alone = parseBufferFile(`${line}\n${line}\n`)
    assert.ok(alone.kind === 'damaged')
    assert.match(alone.message, message)
    assert.equal(alone.lines, 2)
  }
})

test(`accepts ${limits.maxEventsPerReport} lines in one file and rejects one more`, () => {
  assert.equal(mustParse(firstLine.repeat(limits.maxEventsPerReport)).length, limits.maxEventsPerReport)
  assert.equal(parseBufferFile(firstLine.repeat(limits.maxEventsPerReport + 1)).kind, 'damaged')
})

test('reports an empty file as unfinished: a writer may have just created it', () => {
  assert.deepEqual(parseBufferFile(''), {kind: 'unfinished'})
})
