import assert from 'node:assert/strict'
import {subscribe, unsubscribe} from 'node:diagnostics_channel'
import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {faultChannelName} from '../../../src/fault-points.ts'
import {listBufferFiles, writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf, listFolder} from '../../../src/reporter/destination/destination.ts'
import {dropFile, finishDropping} from '../../../src/reporter/destination/drop-file.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {makeEnd, makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'

function makeScene(t: TestContext) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  return {world, destination, paths: destination.paths}
}

describe('dropping a buffer file', () => {
  it('counts its events and removes it', t => {
    const {world, paths} = makeScene(t)
    writeEvents(paths, [makeStart(world), makeEnd(world)])
    const [path] = listBufferFiles(paths.waiting)
    assert.equal(dropFile(world, paths, path!, 'quota'), 2)
    assert.equal(countDrops(paths.drops).quota, 2)
    assert.deepEqual([listFolder(paths.waiting), listFolder(paths.dropping)], [[], []])
  })

  it('counts as damaged what cannot be read, and the events beside it by the reason', t => {
    const {world, paths} = makeScene(t)
    mkdirSync(join(paths.waiting, 'folder.json'), {recursive: true})
    writeFileSync(join(paths.waiting, 'a.b.json'), 'x')
    const event = JSON.stringify(makeStart(world))
    writeFileSync(join(paths.waiting, 'mixed.json'), `${event}\nx\n${event}\nyoung`)
    const counts = listBufferFiles(paths.waiting).map(path => dropFile(world, paths, path, 'opted-out'))
    assert.deepEqual(counts, [1, 1, 4])
    assert.partialDeepStrictEqual(countDrops(paths.drops), {'opted-out': 2, damaged: 4})
    assert.deepEqual(listFolder(paths.waiting), [])
  })

  it('counts nothing when a sender has just taken the file', t => {
    const {world, paths} = makeScene(t)
    assert.equal(dropFile(world, paths, join(paths.waiting, 'gone.json'), 'quota'), 0)
    assert.equal(existsSync(paths.drops), false)
  })

  it('is finished by the next one, with its own reason, when it was killed in between', t => {
    const {world, destination, paths} = makeScene(t)
    const [id] = putStarts(world, destination, 1)
    mkdirSync(paths.dropping, {recursive: true})
    writeFileSync(join(paths.dropping, `${id}.quota`), `${JSON.stringify(makeStart(world))}\nhalf a line`)
    assert.equal(finishDropping(world, paths), 2)
    assert.equal(finishDropping(world, paths), 0)
    assert.partialDeepStrictEqual(countDrops(paths.drops), {quota: 1, damaged: 1})
  })

  it('loses no count of a file whose reason nobody knows, or that has none', t => {
    const {world, paths} = makeScene(t)
    mkdirSync(paths.dropping, {recursive: true})
    const content = `${JSON.stringify(makeStart(world))}\nhalf a line`
    for (const name of ['a.unknown', 'b.damaged', 'c']) writeFileSync(join(paths.dropping, name), content)
    assert.equal(finishDropping(world, paths), 6)
    assert.equal(countDrops(paths.drops).damaged, 6)
    assert.deepEqual(listFolder(paths.dropping), [])
  })

  it('leaves the file to no sender from before it is counted', t => {
    const {world, destination, paths} = makeScene(t)
    putStarts(world, destination, 1)
    const claimable: [unknown, string[]][] = []
    const look = (point: unknown): void => void claimable.push([point, listBufferFiles(paths.waiting)])
    subscribe(faultChannelName, look)
    t.after(() => unsubscribe(faultChannelName, look))
    for (const path of listBufferFiles(paths.waiting)) dropFile(world, paths, path, 'quota')
    assert.deepEqual(claimable, [
      ['drop: taken out of the buffer', []],
      ['drop: counted', []],
    ])
  })

  it('and claiming never have the same file, however many processes do both at once', async t => {
    const {world, destination, paths} = makeScene(t)
    const ids = putStarts(world, destination, 400)
    const outputs = await runTogether(
      4,
      `import {claimFiles, listBufferFiles} from '${moduleUrl('reporter/destination/buffer.ts')}'
       import {dropFile} from '${moduleUrl('reporter/destination/drop-file.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'`,
      `const paths = ${JSON.stringify(paths)}
       for (const path of listBufferFiles(paths.waiting).slice(0, 200)) dropFile(realWorld(), paths, path, 'quota')
       const claim = claimFiles(paths, 'claim-' + process.pid)
       process.stdout.write(JSON.stringify(claim === null ? [] : listBufferFiles(claim)))`,
    )
    const claimed = outputs.flatMap(output => (JSON.parse(output) as string[]).map(path => basename(path, '.json')))
    const dropped = readdirSync(paths.drops).map(name => name.slice(0, name.indexOf('.')))
    assert.deepEqual([...claimed, ...dropped].sort(), ids.toSorted())
  })
})
