import assert from 'node:assert/strict'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {openForWriting} from '../../../../../src/collector/store/sqlite/tables/database.ts'
import {createKnownValues} from '../../../../../src/collector/store/sqlite/tables/known-values.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {dayMs, nowMs} from '../../../samples.ts'

const limits = {maxNewValuesADay: {version: 2, field: 1}, maxNewValuesAYear: 5, newValuesADayBeyondYear: 0}

async function openKnown(t: TestContext, changes: Partial<typeof limits> = {}) {
  const directory = temporaryDirectory(t)
  await openSqliteStore(directory).close()
  const database = openForWriting(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const known = createKnownValues(database, {...limits, ...changes})
  const admit = (value: string, day = 0, kind = 'version', isBounded = true) =>
    known.admit(1, kind, value, nowMs + day * dayMs, isBounded)
  return {known, admit}
}

test('it has room for new values of a day and of a year, each to the last one', async t => {
  const {admit} = await openKnown(t)
  assert.deepEqual([admit('a'), admit('b'), admit('c'), admit('a')], [true, true, false, true])
  assert.deepEqual([admit('c', 1), admit('d', 1), admit('e', 1)], [true, true, false])
  assert.deepEqual([admit('e', 2), admit('f', 2), admit('f', 300), admit('d', 300)], [true, false, false, true])
  assert.deepEqual([admit('f', 367), admit('g', 367), admit('h', 367)], [true, true, false])
})

test('it has room for some new values a day when those of a year are used up', async t => {
  const {admit} = await openKnown(t, {newValuesADayBeyondYear: 1})
  for (const [day, values] of ['ab', 'cd', 'ef'].entries()) for (const value of values) admit(value, day)
  assert.deepEqual(
    [admit('f', 3), admit('g', 3), admit('g', 4), admit('h', 4)],
    [true, true, false, true, false].slice(1),
  )
})

test('it gives one sender half of what others have left, also after it forgot', async t => {
  const {known} = await openKnown(t, {maxNewValuesADay: {version: 8, field: 1}, maxNewValuesAYear: 100})
  const admit = (value: string, source: string, day = 0) =>
    known.admit(1, 'version', value, nowMs + day * dayMs, true, source)
  const count = (source: string, day = 0) =>
    Array.from({length: 9}, (_, index) => admit(`${source}${day}${index}`, source, day)).filter(Boolean).length
  assert.equal(count('stranger'), 4)
  known.forget()
  assert.equal(admit('more', 'stranger'), false)
  assert.deepEqual([count('ann'), admit('2.0', 'bob'), count('stranger', 1)], [2, true, 4])
})

test('it bounds the values of each field and each project by themselves, and nothing that is trusted', async t => {
  const {known, admit} = await openKnown(t)
  assert.deepEqual([admit('a', 0, 'field x'), admit('b', 0, 'field x'), admit('b', 0, 'field y')], [true, false, true])
  assert.deepEqual([admit('a'), admit('b'), known.admit(2, 'version', 'c', nowMs, true)], [true, true, true])
  assert.deepEqual([admit('own', 0, 'version', false), admit('own'), admit('c')], [true, true, false])
  assert.equal(admit('c', 1), true)
})

test('it reads again what is known and what was new after it forgot', async t => {
  const {known, admit} = await openKnown(t)
  admit('a')
  known.forget()
  assert.deepEqual([admit('a'), admit('b'), admit('c')], [true, true, false])
})
