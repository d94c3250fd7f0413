import assert from 'node:assert/strict'
import {Socket} from 'node:net'
import {suite, test} from 'node:test'
import {createSourceOf, isFromHere} from '../../../../../src/collector/receive/http/guard/source-of.ts'

suite('createSourceOf', () => {
  test('it gives all requests whose connection was reset one key', () => {
    const sourceOf = createSourceOf()
    const [first, second] = [new Socket(), new Socket()]
    const key = sourceOf({ip: undefined, socket: first})
    assert.equal(sourceOf({ip: undefined, socket: first}), key)
    assert.equal(sourceOf({ip: undefined, socket: second}), key)
    assert.notEqual(sourceOf({ip: '192.0.2.1', socket: second}), key)
  })
})

suite('isFromHere', () => {
  test('it does not count a connection that was reset as one of this machine', () => {
    assert.equal(isFromHere({ip: undefined, socket: {}}), false)
    assert.equal(isFromHere({ip: '127.0.0.1', socket: {}}), true)
  })
})
