import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {
  isMarkedNameless,
  markNameless,
  markPeriod,
  readMarks,
  removeMarks,
} from '../../../src/reporter/forget/period-marks.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'

const user = 'a1'.repeat(16)

function setUp(t: Parameters<typeof makeWorld>[0]) {
  const {paths} = destinationOf(makeWorld(t).stateDirectory, makeProject())
  const periodsOf = (from: number, to: number) => readMarks(paths, {from, to}).map(({period}) => period)
  return {paths, periodsOf}
}

describe('the marks of periods', () => {
  it('are kept by generation and pseudonym, once each', t => {
    const {paths, periodsOf} = setUp(t)
    for (const [generation, period] of [
      [0, '2026'],
      [0, '2026'],
      [0, '2026-11'],
      [0, 'always'],
      [1, '2027'],
      [10, '2028'],
    ] as const)
      markPeriod(paths, {generation, period, user})
    assert.deepEqual(periodsOf(0, 0), ['2026-11', '2026', 'always'])
    assert.deepEqual(periodsOf(1, 9), ['2027'])
    markPeriod(paths, {generation: 1, period: '2027', user: 'b2'.repeat(16)})
    assert.deepEqual(
      readMarks(paths, {from: 1, to: 1}).map(mark => mark.user),
      [user, 'b2'.repeat(16)],
    )
    removeMarks(paths, 1)
    assert.deepEqual(periodsOf(0, 10), ['2028'])
  })

  it('stand beside files that are none', t => {
    const {paths, periodsOf} = setUp(t)
    makeFolder(paths.periods)
    const names = [
      '.0-2026.1-a.tmp',
      '0-20',
      '0-2026',
      'x-2026',
      '0-2026-11-25',
      '-2026',
      `0-2026-1-${user}`,
      `0-${user}`,
    ]
    for (const name of names) writeFileSync(join(paths.periods, name), '')
    assert.deepEqual(periodsOf(0, 99), [])
  })

  it('stay apart from the mark that a report without a pseudonym has left, which no erasure removes', t => {
    const {paths, periodsOf} = setUp(t)
    assert.equal(isMarkedNameless(paths), false)
    markNameless(paths)
    markNameless(paths)
    removeMarks(paths, 5)
    assert.deepEqual([isMarkedNameless(paths), periodsOf(0, 5)], [true, []])
  })

  it('cannot be kept where the folder cannot be made, and say so', t => {
    const {paths} = setUp(t)
    makeFolder(paths.periods, '..')
    writeFileSync(paths.periods, 'in the way')
    assert.throws(() => markPeriod(paths, {generation: 0, period: '2026', user}))
  })
})
