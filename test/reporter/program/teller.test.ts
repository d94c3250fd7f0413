import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {makeTeller} from '../../../src/reporter/program/teller.ts'

describe('the teller', () => {
  it('does not exist without USAGE_DEBUG=1 and USAGE_STRICT=1', () => {
    for (const environment of [{}, {USAGE_DEBUG: '0', USAGE_STRICT: ''}]) assert.equal(makeTeller(environment), null)
  })

  it('prints each text once and at most 20 lines in ten seconds, then how many it left out', t => {
    let now = 0
    t.mock.method(performance, 'now', () => now)
    const lines: string[] = []
    const teller = makeTeller({USAGE_DEBUG: '1'}, line => lines.push(line))!
    for (let index = 0; index < 1000; index++) {
      teller.say(`feature ${index}`)
      teller.warn('USAGE_UNPAIRED', 'no open run')
    }
    assert.equal(lines.length, 20)
    assert.deepEqual(lines.slice(0, 3), ['feature 0', 'USAGE_UNPAIRED: no open run', 'feature 1'])
    now = 10_001
    teller.say('feature 0')
    assert.deepEqual(lines.slice(20), ['981 more lines, not shown', 'feature 0'])
    teller.say('feature 0')
    teller.close()
    assert.equal(lines.length, 22)
  })

  it('makes wrong use a warning of the process under USAGE_STRICT=1, and says nothing else', t => {
    const emit = t.mock.method(process, 'emitWarning', () => {})
    const lines: string[] = []
    const teller = makeTeller({USAGE_STRICT: '1'}, line => lines.push(line))!
    teller.warn('USAGE_UNDECLARED_FEATURE', 'must be declared')
    teller.say('not recorded: ci')
    const calls = emit.mock.calls.map(call => call.arguments as unknown[])
    assert.deepEqual(calls, [['must be declared', {type: 'UsageWarning', code: 'USAGE_UNDECLARED_FEATURE'}]])
    assert.deepEqual(lines, [])
  })
})
