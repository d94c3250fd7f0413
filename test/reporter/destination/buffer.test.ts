import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {encodeBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {
  claimFiles,
  listBufferFiles,
  listWaitingFiles,
  readBufferFile,
  releaseClaim,
  removeFolder,
  settleFile,
  writeEvents,
} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {makeEnd, makeFeature, makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {filesUnder, repositoryPath} from '../../support/repository.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'
import {readTree} from '../../support/tree.ts'

function makeScene(t: TestContext) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  const {paths} = destination
  mkdirSync(paths.waiting, {recursive: true})
  const file = join(paths.waiting, 'a.json')
  /** Reads a file of this content as it is seen so many seconds after it was written. */
  const readAt = (content: string | Uint8Array, ageSeconds = 0) => {
    writeFileSync(file, content)
    const {mtimeMs} = statSync(file)
    return readBufferFile(file, mtimeMs + ageSeconds * 1000)
  }
  return {world, destination, paths, file, readAt}
}

describe('a buffer file', () => {
  it('is read as it was written, for its person alone', t => {
    const {world, paths} = makeScene(t)
    const events = [makeStart(world), makeFeature(world), makeEnd(world)] as const
    writeEvents(paths, events)
    const [path] = listBufferFiles(paths.waiting)
    assert.equal(basename(path!), `${events[0].id}.json`)
    const {size, mode} = statSync(path!)
    assert.equal(mode & 0o777, 0o600)
    assert.deepEqual(readBufferFile(path!, world.now()), {kind: 'events', path, events, damaged: [], bytes: size})
    assert.equal(readdirSync(paths.waiting).length, 1)
  })

  it('gives its own time to an event whose writer had no clock, also after it was claimed', t => {
    const {paths, world, file} = makeScene(t)
    const {time: _time, ...timeless} = makeFeature(world)
    writeFileSync(file, `${JSON.stringify({...timeless, time: null})}\n`)
    utimesSync(file, 1_790_000_000.5, 1_790_000_000.5)
    const claimed = join(claimFiles(paths, 'claim') ?? '', basename(file))
    const read = readBufferFile(claimed, world.now())
    assert.equal(read.kind === 'events' && read.events[0]?.time, '2026-09-21T14:13:20.500Z')
  })

  it('makes its folders at need, for their person alone', t => {
    const world = makeWorld(t)
    const {paths} = destinationOf(world.stateDirectory, makeProject())
    writeEvents(paths, [makeStart(world)])
    for (let path = paths.waiting; path !== world.directory; path = join(path, '..'))
      assert.equal(statSync(path).mode & 0o777, 0o700, path)
  })

  for (const file of filesUnder('test/fixtures/event-files', '.json'))
    it(`is read whoever wrote it: ${file.split('/').slice(-2).join('/')}`, t => {
      const {readAt} = makeScene(t)
      const content = readFileSync(repositoryPath(file), 'utf8')
      const read = readAt(content)
      assert.equal(read.kind === 'events' && read.events.length, content.trim().split('\n').length)
    })

  it('is unfinished or damaged, and never half read, when it is cut at any byte of its event', t => {
    const {world, readAt} = makeScene(t)
    const content = Buffer.from(encodeBufferFile([makeFeature(world, {name: 'Load.v1', details: {text: 'ü€'}})]))
    for (let length = 0; length < content.length; length++) {
      const cut = content.subarray(0, length)
      assert.equal(readAt(cut, 59.9).kind, 'unfinished', `${length} bytes, young`)
      // All but the line break: the event is whole.
      const isWhole = length === content.length - 1
      assert.equal(readAt(cut, 60.1).kind, isWhole ? 'events' : 'damaged', `${length} bytes, old`)
    }
    assert.equal(readAt(content).kind, 'events')
  })

  it('holds fewer events, never other ones, when many lines are cut at any byte', t => {
    const {world, readAt} = makeScene(t)
    const events = [makeStart(world), makeEnd(world)]
    const content = encodeBufferFile(events)
    for (let length = 1; length < content.length; length++) {
      const read = readAt(content.slice(0, length))
      if (read.kind === 'events') assert.deepEqual(read.events, events.slice(0, 1))
      else assert.equal(read.kind, 'unfinished')
    }
  })

  const foreign: Readonly<Record<string, string | Uint8Array>> = {
    'NULs where a crash left them': `${'\0'.repeat(200)}\n`,
    'NULs after an event': 'EVENT\n\0\0\0\n',
    'foreign JSON': '{"hello": "world"}\n',
    'a list': '[]\n',
    'an empty line': '\n',
    null: 'null\n',
    text: 'hello\n',
    'another format': '{"format": 2, "type": "end"}\n',
    'an unknown type of event': 'EVENT\n{"format": 1, "type": "middle"}\n',
    'bytes that are no text': Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
    'deep JSON': `${'['.repeat(20_000)}\n`,
  }
  for (const [what, content] of Object.entries(foreign))
    it(`loses only the line with ${what}`, t => {
      const {world, readAt} = makeScene(t)
      const event = encodeBufferFile([makeStart(world)]).trim()
      const read = readAt(typeof content === 'string' ? content.replace('EVENT', event) : content)
      const isAlone = !(typeof content === 'string' && content.includes('EVENT'))
      assert.equal(read.kind, isAlone ? 'damaged' : 'events')
      if (read.kind === 'events') assert.deepEqual([read.events.length, read.damaged.length], [1, 1])
    })

  it('is damaged beyond 500 events or 4 MiB', t => {
    const {world, readAt} = makeScene(t)
    const events = Array.from({length: limits.maxEventsPerReport + 1}, () => makeStart(world))
    assert.equal(readAt(encodeBufferFile(events.slice(1))).kind, 'events')
    assert.equal(readAt(encodeBufferFile(events)).kind, 'damaged')
    assert.equal(readAt('x'.repeat(limits.maxBufferFileBytes + 1)).kind, 'damaged')
  })

  it('is gone when a sender has just taken it', t => {
    const {paths, world} = makeScene(t)
    assert.deepEqual(readBufferFile(join(paths.waiting, 'none.json'), world.now()), {kind: 'gone'})
  })

  it('is damaged when it is not a file at all', t => {
    const {paths, world} = makeScene(t)
    mkdirSync(join(paths.waiting, 'folder.json'))
    symlinkSync('loop.json', join(paths.waiting, 'loop.json'))
    for (const name of ['folder.json', 'loop.json'])
      assert.equal(readBufferFile(join(paths.waiting, name), world.now()).kind, 'damaged')
  })

  it('stays unfinished while its time is ahead of this clock', t => {
    const {world, file, readAt} = makeScene(t)
    readAt('{')
    const ahead = new Date(world.now() + 3600_000)
    utimesSync(file, ahead, ahead)
    assert.equal(readBufferFile(file, world.now()).kind, 'unfinished')
  })
})

describe('waiting files', () => {
  it('are listed oldest first, claimed ones among them, without temporary files', t => {
    const {world, paths} = makeScene(t)
    const claim = join(paths.sending, 'claim')
    mkdirSync(claim, {recursive: true})
    for (const name of ['1.json', '3.json', '.4.json.77.tmp', 'notes.txt', '.hidden.json'])
      writeFileSync(join(paths.waiting, name), '')
    for (const name of ['2.json', '.2.json.77.tmp']) writeFileSync(join(claim, name), '')
    assert.deepEqual(
      listWaitingFiles(paths).map(path => basename(path)),
      ['1.json', '2.json', '3.json'],
    )
    assert.equal(world.now() > 0, true)
  })

  it('are none without the folders', t => {
    const world = makeWorld(t)
    const {paths} = destinationOf(world.stateDirectory, makeProject())
    assert.deepEqual(listWaitingFiles(paths), [])
    assert.equal(claimFiles(paths, 'claim'), null)
    assert.deepEqual(readTree(world.directory), {})
  })
})

describe('a claim', () => {
  it('takes all waiting files and gives back what was not settled', t => {
    const {world, destination, paths} = makeScene(t)
    putStarts(world, destination, 3)
    const before = readTree(paths.waiting)
    const claim = claimFiles(paths, 'claim')!
    assert.deepEqual(readTree(claim), before)
    assert.deepEqual(readdirSync(paths.waiting), [])
    const [first, second] = listBufferFiles(claim)
    const read = readBufferFile(first!, world.now())
    assert.ok(read.kind === 'events')
    settleFile(read, [])
    releaseClaim(paths, claim)
    assert.equal(readdirSync(paths.waiting).length, 2)
    assert.ok(basename(second!) in readTree(paths.waiting))
    assert.deepEqual(readdirSync(paths.sending), [])
  })

  it('writes a file anew with the events that still wait', t => {
    const {world, paths} = makeScene(t)
    const events = [makeStart(world), makeFeature(world), makeEnd(world)] as const
    writeEvents(paths, events)
    const [path] = listBufferFiles(paths.waiting)
    const read = readBufferFile(path!, world.now())
    assert.ok(read.kind === 'events')
    const whole = readFileSync(path!, 'utf8')
    settleFile(read, read.events)
    assert.equal(readFileSync(path!, 'utf8'), whole)
    settleFile(read, [events[1]])
    assert.equal(readFileSync(path!, 'utf8'), encodeBufferFile([events[1]]))
  })

  it('never shares a file with another, however many senders claim at once', async t => {
    const {world, destination, paths} = makeScene(t)
    const ids = putStarts(world, destination, 300)
    const outputs = await runTogether(
      4,
      `import {claimFiles, listBufferFiles} from '${moduleUrl('reporter/destination/buffer.ts')}'`,
      `const claim = claimFiles(${JSON.stringify(paths)}, 'claim-' + process.pid)
       process.stdout.write(JSON.stringify(claim === null ? [] : listBufferFiles(claim)))`,
    )
    const claimed = outputs.flatMap(output => (JSON.parse(output) as string[]).map(path => basename(path, '.json')))
    assert.deepEqual(claimed.toSorted(), ids.toSorted())
  })

  it('keeps a folder that is not empty', t => {
    const {paths} = makeScene(t)
    writeFileSync(join(paths.waiting, 'a'), '')
    removeFolder(paths.waiting)
    removeFolder(join(paths.waiting, 'none'))
    assert.deepEqual(readdirSync(paths.waiting), ['a'])
  })
})
