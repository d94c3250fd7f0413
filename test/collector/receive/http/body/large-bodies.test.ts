import assert from 'node:assert/strict'
import {type TestContext, test} from 'node:test'
import {gzipSync} from 'node:zlib'
import {collectorLimits} from '../../../../../src/collector/limits.ts'
import {createLargeBodies} from '../../../../../src/collector/receive/http/body/large-bodies.ts'
import {createBodyReader} from '../../../../../src/collector/receive/http/body/read-body.ts'
import {limits} from '../../../../../src/protocol/values/limits.ts'
import {nowMs, reportOf, startOf} from '../../../samples.ts'

const {maxSmallBytes, maxLargeBodies} = collectorLimits

/** Bodies of the thread, of which at most so many are in work. */
function openBodies(t: TestContext, most?: number) {
  const bodies = createLargeBodies(most)
  t.after(() => bodies.close())
  return bodies
}

/** A report of a length, filled with spaces. */
const reportOfLength = (bytes: number): Buffer =>
  Buffer.from(JSON.stringify(reportOf([startOf(1, nowMs)])).padEnd(bytes))

test(`it reads ${maxSmallBytes} bytes itself and one more in the thread, packed or not, to the same report`, async t => {
  let threads = 0
  const bodies = openBodies(t)
  const reader = createBodyReader({
    ...bodies,
    read(...values) {
      threads++
      return bodies.read(...values)
    },
  })
  const values: unknown[] = []
  const read = async (body: Buffer, encoding?: string): Promise<number> => {
    const {value, bytes} = await reader.read('report', {body, headers: {'content-encoding': encoding}}, 'one')
    values.push(value)
    return bytes
  }
  for (const bytes of [maxSmallBytes, maxSmallBytes + 1]) {
    assert.equal(await read(reportOfLength(bytes)), bytes)
    assert.equal(await read(gzipSync(reportOfLength(bytes)), 'gzip'), bytes)
    assert.equal(threads, bytes === maxSmallBytes ? 0 : 2)
  }
  for (const value of values) assert.deepEqual(value, values[0])
})

test(`it unpacks ${limits.maxBodyBytes} bytes and refuses one more`, async t => {
  const reader = createBodyReader(openBodies(t))
  const read = (bytes: number) =>
    reader.read('report', {body: gzipSync(reportOfLength(bytes)), headers: {'content-encoding': 'gzip'}}, 'one')
  assert.equal((await read(limits.maxBodyBytes)).bytes, limits.maxBodyBytes)
  await assert.rejects(read(limits.maxBodyBytes + 1), {code: 'USAGE_BODY_TOO_LARGE'})
})

test(`it has ${maxLargeBodies} bodies in work and refuses one more before it unpacks it, until one is read`, async t => {
  const bodies = openBodies(t)
  const {promise, resolve} = Promise.withResolvers<Uint8Array>()
  const open = Array.from({length: maxLargeBodies}, (_, source) => bodies.read('report', `${source}`, () => promise))
  const never = () => assert.fail('unpacked')
  await assert.rejects(bodies.read('report', 'one more', never), {code: 'USAGE_COLLECTOR_BUSY'})
  resolve(Buffer.from('{}'))
  await Promise.all(open)
  await bodies.read('report', 'one more', () => promise)
})

test('one address has at most half of the bodies in work, so others are read', async t => {
  const bodies = openBodies(t, 4)
  const {promise, resolve} = Promise.withResolvers<Uint8Array>()
  const read = (source: string) => bodies.read('report', source, () => promise)
  const open = [read('one'), read('one')]
  await assert.rejects(read('one'), {code: 'USAGE_COLLECTOR_BUSY'})
  open.push(read('other'), read('third'))
  resolve(Buffer.from('{}'))
  await Promise.all(open)
  await read('one')
})

test('it rejects what is no JSON or has too many values, and goes on', async t => {
  const bodies = openBodies(t, 1)
  const read = (text: string, maxValues = 10) => bodies.read({maxValues}, 'one', async () => Buffer.from(text))
  for (const text of ['{', '[1,2,3,4,5,6,7,8,9,10]', '['.repeat(500_000) + ']'.repeat(500_000)])
    await assert.rejects(read(text), {code: 'USAGE_REPORT_UNPARSABLE'})
  assert.deepEqual((await read('[1,2,3,4,5,6,7,8,9]')).value, [1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('it starts another thread when the thread dies, and says busy for what it was reading', async t => {
  const dying = new URL(
    'data:text/javascript,import {parentPort} from "node:worker_threads";parentPort.once("message",()=>process.exit(1))',
  )
  const bodies = createLargeBodies(2, dying)
  t.after(() => bodies.close())
  for (let time = 0; time < 2; time++)
    await assert.rejects(
      bodies.read('report', 'one', async () => Buffer.from('{}')),
      {code: 'USAGE_COLLECTOR_BUSY'},
    )
})
