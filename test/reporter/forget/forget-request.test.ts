import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {
  endForgetRequest,
  keepForgetRequest,
  readAllForgotten,
  readForgetRequest,
  readForgotten,
  readGeneration,
} from '../../../src/reporter/forget/forget-request.ts'
import {isForgetPending} from '../../../src/reporter/forget/is-forget-pending.ts'
import {markPeriod, readMarks} from '../../../src/reporter/forget/period-marks.ts'
import {toTime} from '../../../src/reporter/world/world.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'

function setUp(t: Parameters<typeof makeWorld>[0]) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  return {world, ...destination, destination, keep: () => keepForgetRequest(world, destination)}
}

const user = 'a1'.repeat(16)

const receiptFor = (receipt: string) => ({receipt, erasedAt: '2026-11-25T12:00:00.000Z', runs: 1, features: 0})

describe('a request to be forgotten', () => {
  it('is kept for its person alone, and stands until it is ended', t => {
    const {world, paths, keep} = setUp(t)
    assert.equal(isForgetPending(paths), false)
    const request = keep()
    assert.deepEqual([request.requestedAt, request.generation], [toTime(world.now()), 0])
    assert.equal(statSync(paths.forget).mode & 0o777, 0o600)
    world.pass(60)
    assert.deepEqual(keep(), request)
    assert.deepEqual(readForgetRequest(paths), request)
  })

  it('is one although eight processes make it at the same time', async t => {
    const {world, destination, paths} = setUp(t)
    const outputs = await runTogether(
      8,
      `import {keepForgetRequest} from '${moduleUrl('reporter/forget/forget-request.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'`,
      `const world = realWorld({stateDirectory: ${JSON.stringify(world.stateDirectory)}})
       process.stdout.write(keepForgetRequest(world, ${JSON.stringify(destination)}).id)`,
    )
    assert.deepEqual(new Set(outputs), new Set([readForgetRequest(paths)?.id]))
  })

  for (const content of ['', '{', '{"id": 1}', '\0\0'])
    it(`is pending although it is damaged, and is made anew: ${JSON.stringify(content)}`, t => {
      const {directory, paths, keep} = setUp(t)
      mkdirSync(directory, {recursive: true})
      writeFileSync(paths.forget, content)
      assert.equal(isForgetPending(paths), true)
      assert.equal(readForgetRequest(paths), null)
      const request = keep()
      assert.deepEqual(readForgetRequest(paths), request)
    })
})

describe('the end of a request', () => {
  it('keeps the receipt, raises the generation and removes the marks of the old one alone', t => {
    const {world, paths, project, keep} = setUp(t)
    for (const [generation, period] of [
      [0, '2025'],
      [0, '2026'],
      [1, '2026'],
    ] as const)
      markPeriod(paths, {generation, period, user})
    const request = keep()
    const receipt = receiptFor(request.id)
    endForgetRequest(world, paths, request, {endpoint: 'http://c.example', receipt})
    const kept = {...request, keptAt: toTime(world.now()), endpoint: 'http://c.example', receipt}
    assert.deepEqual(readForgotten(paths, 0), kept)
    assert.deepEqual([isForgetPending(paths), readGeneration(world, project)], [false, 1])
    assert.deepEqual([readMarks(paths, {from: 0, to: 1})], [[{generation: 1, period: '2026', user}]])
  })

  it('comes to the same when it is done again, and keeps the first receipt', t => {
    const {world, paths, project, keep} = setUp(t)
    const request = keep()
    const ending = {endpoint: 'http://c.example', receipt: receiptFor(request.id)}
    endForgetRequest(world, paths, request, ending)
    const before = readFileSync(join(paths.forgotten, '0.json'), 'utf8')
    endForgetRequest(world, paths, request, {...ending, receipt: null})
    assert.equal(readFileSync(join(paths.forgotten, '0.json'), 'utf8'), before)
    assert.equal(readGeneration(world, project), 1)
  })

  it('never lowers the generation, whatever is damaged or missing of what was kept', t => {
    const {world, paths, project, keep} = setUp(t)
    for (let generation = 0; generation < 11; generation++) {
      const request = keep()
      assert.equal(request.generation, generation)
      endForgetRequest(world, paths, request, {endpoint: null, receipt: null})
    }
    writeFileSync(join(paths.forgotten, '10.json'), '')
    writeFileSync(join(paths.forgotten, '.99.json.1-a.tmp'), '')
    assert.equal(readGeneration(world, project), 11)
    assert.equal(readAllForgotten(paths).length, 10)
  })
})

describe('the generation of a project', () => {
  const otherOf = (world: Parameters<typeof keepForgetRequest>[0], http: string, id = 'demo') =>
    destinationOf(world.stateDirectory, makeProject({project: id, endpoint: {http}}))

  it('is one for all its endpoints, and no other project has it', t => {
    const {world, paths, project, keep} = setUp(t)
    endForgetRequest(world, paths, keep(), {endpoint: null, receipt: null})
    const [moved, other] = [otherOf(world, 'https://new.example'), otherOf(world, 'https://new.example', 'demo-2')]
    assert.deepEqual([readGeneration(world, moved.project), readGeneration(world, other.project)], [1, 0])
    markPeriod(moved.paths, {generation: 1, period: '2026', user})
    assert.deepEqual([keepForgetRequest(world, moved).generation, readGeneration(world, project)], [1, 2])
  })

  it('is raised as soon as a request is kept: ids that are to go do not leave for another endpoint', t => {
    const {world, project, keep} = setUp(t)
    assert.equal(keep().generation, 0)
    assert.equal(readGeneration(world, project), 1)
    assert.equal(readGeneration(world, otherOf(world, 'https://new.example').project), 1)
  })
})
