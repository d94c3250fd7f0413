import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {boundLog} from '../../../src/collector/monitoring/bounded-log.ts'
import type {Log, LogFields} from '../../../src/collector/monitoring/log.ts'

/** A bounded log, the lines that it wrote, and the end of the window. */
function open() {
  const lines: [level: string, message: string, fields: LogFields | undefined][] = []
  const at =
    (level: string) =>
    (message: string, fields?: LogFields): void =>
      void lines.push([level, message, fields])
  const log: Log = {debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error')}
  const scheduled: (() => void)[] = []
  return {log: boundLog(log, work => scheduled.push(work)), lines, endWindow: () => scheduled.shift()?.()}
}

describe('boundLog', () => {
  it('writes a flood of one kind as two lines, and the next one again', () => {
    const {log, lines, endWindow} = open()
    const refused = {by: 'http', code: 'USAGE_TOKEN_WRONG'}
    for (let i = 0; i < 10_000; i++) log.warn('refused', refused)
    assert.deepEqual(lines, [['warn', 'refused', refused]])
    endWindow()
    assert.deepEqual(lines.slice(1), [['warn', 'refused', {...refused, times: 9_999, seconds: 300}]])
    log.warn('refused', refused)
    assert.equal(lines.length, 3)
    endWindow()
    assert.equal(lines.length, 3, 'one line needs no count')
  })

  it('keeps reasons, projects, entrances, parts and levels apart, and adds their numbers', () => {
    const {log, lines, endWindow} = open()
    for (const fields of [{code: 'a'}, {code: 'b'}, {project: 'a'}, {by: 'a'}, {name: 'a'}]) log.warn('refused', fields)
    log.error('refused', {code: 'a'})
    assert.equal(lines.length, 6)
    log.warn('refused', {code: 'a', times: 40})
    log.warn('refused', {code: 'a', times: 2})
    endWindow()
    assert.deepEqual(lines.slice(6), [['warn', 'refused', {code: 'a', times: 42, seconds: 300}]])
  })

  it('writes 100 kinds at most, and the number of the others', () => {
    const {log, lines, endWindow} = open()
    for (let i = 0; i < 1_000; i++) log.error('failed', {code: `code-${i}`, error: new Error('stack')})
    assert.equal(lines.length, 100)
    endWindow()
    assert.deepEqual(lines.slice(100), [['error', 'other problems', {times: 900, seconds: 300}]])
  })

  it('counts errors without their stack', () => {
    const {log, lines, endWindow} = open()
    const error = Object.assign(new Error('disk is full'), {code: 'ENOSPC'})
    for (let i = 0; i < 3; i++) log.error('request failed', {error})
    endWindow()
    assert.deepEqual(lines[1], ['error', 'request failed', {code: 'ENOSPC', times: 2, seconds: 300}])
  })

  it('passes lines of level info, and writes the counts before an end', () => {
    const {log, lines} = open()
    for (let i = 0; i < 3; i++) log.info('purged', {project: 'parsl'})
    for (let i = 0; i < 3; i++) log.error('failed')
    log.flush()
    assert.deepEqual(
      lines.map(([level]) => level),
      ['info', 'info', 'info', 'error', 'error'],
    )
  })
})
