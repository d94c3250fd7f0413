import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {emptyProgramHeader} from '../../../src/protocol/report/header-columns.ts'
import {
  listRuns,
  type RunRecord,
  readRun,
  readRuns,
  removeRun,
  writeRun,
} from '../../../src/reporter/destination/open-runs.ts'
import {newId} from '../../support/make-event.ts'
import {caller, makeWorld} from '../../support/make-world.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {readTree} from '../../support/tree.ts'

const place = {host: 'host-a', bootId: 'boot-a', pidNamespace: 'pid:[4026531836]'}

function makeRun(changes: Partial<RunRecord> = {}): RunRecord {
  const times = {startedAt: '2026-03-01T10:00:00.000Z', monotonicSeconds: 100}
  return {run: 'a', ...times, ...place, callers: [], header: emptyProgramHeader, ...changes}
}

describe('open runs on disk', () => {
  it('are read as they were written, oldest first, until they are removed', t => {
    const world = makeWorld(t)
    const directory = join(world.directory, 'runs')
    const runs = [0, 1, 2].map(milliseconds => {
      world.clock.now += milliseconds
      return makeRun({run: newId(world), callers: [caller(7), caller(6, true)]})
    })
    for (const run of runs.toReversed()) writeRun(directory, run)
    assert.deepEqual(readRuns(directory), runs)
    removeRun(directory, runs[1]!.run)
    removeRun(directory, runs[1]!.run)
    assert.deepEqual(listRuns(directory), [runs[0]!.run, runs[2]!.run])
    assert.equal(readRun(directory, runs[1]!.run), null)
  })

  it('are none without the folder, and looking makes none', t => {
    const directory = temporaryDirectory(t)
    const missing = join(directory, 'runs')
    assert.deepEqual(readRuns(missing), [])
    assert.equal(readRun(missing, '01890000-0000-7000-8000-000000000000'), null)
    assert.deepEqual(readTree(directory), {})
  })

  it('are not read from a damaged file or through a path in the id', t => {
    const directory = temporaryDirectory(t)
    const runs = join(directory, 'runs')
    mkdirSync(runs)
    const whole = JSON.stringify(makeRun({run: 'x'.repeat(36)}))
    writeFileSync(join(directory, 'secret.json'), whole)
    assert.equal(readRun(runs, '../secret'), null)
    const id = '01890000-0000-7000-8000-000000000000'
    for (const content of ['', '{', 'null', '[]', '"text"', '{}', '{"run": "a"}', '\0\0', whole.slice(0, -1)]) {
      writeFileSync(join(runs, `${id}.json`), content)
      assert.equal(readRun(runs, id), null, JSON.stringify(content))
    }
    writeFileSync(join(runs, `.${id}.json.1.tmp`), whole)
    assert.deepEqual(listRuns(runs), [id])
  })
})
