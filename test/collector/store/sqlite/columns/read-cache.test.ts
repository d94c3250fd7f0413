import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createReadCache} from '../../../../../src/collector/store/sqlite/columns/read-cache.ts'

const keysIn = ({memory}: ReturnType<typeof createReadCache>, keys: string): string =>
  [...keys].filter(key => memory.get(key) !== undefined).join('')

test('it drops the least recently used values when all values exceed the budget', () => {
  const cache = createReadCache(null, 100)
  for (const key of 'abcd') cache.memory.keep(key, key, 25)
  assert.equal(cache.memory.get('a'), 'a')
  cache.memory.keep('e', 'e', 50)
  assert.equal(keysIn(cache, 'abcde'), 'ade')
})

test('it counts only the new value when it replaces another', () => {
  const cache = createReadCache(null, 100)
  for (let size = 10; size <= 60; size += 10) cache.memory.keep('a', size, size)
  cache.memory.keep('b', 'b', 40)
  assert.deepEqual([cache.memory.get('a'), cache.memory.get('b')], [60, 'b'])
  cache.memory.keep('c', 'c', 1)
  assert.equal(keysIn(cache, 'abc'), 'bc')
})

test('it keeps the newest value, also if it exceeds the budget alone', () => {
  const cache = createReadCache(null, 100)
  cache.memory.keep('a', 'a', 10)
  cache.memory.keep('b', 'b', 1_000)
  assert.equal(keysIn(cache, 'ab'), 'b')
  cache.memory.keep('c', 'c', 10)
  assert.equal(keysIn(cache, 'abc'), 'c')
})
