import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {type LogFields, logFormats} from '../../../src/collector/monitoring/log.ts'
import {openLog} from '../../../src/collector/monitoring/write-log.ts'

function linesOf(format: 'text' | 'json', message: string, fields?: LogFields): string[] {
  const lines: string[] = []
  openLog('info', format, line => lines.push(line)).error(message, fields)
  return lines
}

describe('openLog', () => {
  it('writes one JSON object a line', () => {
    const [line = '', ...others] = linesOf('json', 'purged', {project: 'parsl', months: 2})
    const {time, ...rest} = JSON.parse(line)
    assert.deepEqual(rest, {level: 'error', message: 'purged', project: 'parsl', months: 2})
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.deepEqual([line.endsWith('}\n'), others], [true, []])
  })

  it('writes text for people, with the stack below', () => {
    const cause = Object.assign(new Error('no space'), {code: 'ENOSPC'})
    const error = new Error('cannot write', {cause})
    const [line = ''] = linesOf('text', 'request failed', {
      status: 500,
      route: '/v1/reports',
      projects: ['a', 'b c'],
      error,
    })
    const [first, second, ...others] = line.split('\n')
    assert.match(first ?? '', /^\S+Z ERROR request failed status=500 route=\/v1\/reports projects=\["a","b c"\]$/)
    assert.equal(second, '    Error: cannot write')
    assert.ok(others.includes('    ENOSPC') && others.includes('    Error: no space'))
    assert.ok(others.slice(0, -1).every(one => one.startsWith('    ')) && others.at(-1) === '')
  })

  it('leaves the limits to JSON', () => {
    const [text, json] = logFormats.map(format => linesOf(format, 'started', {limits: {maxDepth: 4}})[0] ?? '')
    assert.deepEqual([text, json].map(line => line?.includes('maxDepth')).toSorted(), [false, true])
  })

  it('lets no text look like a line of its own or steer the terminal', () => {
    const evil = '\u001b[2J\r\n2026-01-01T00:00:00.000Z INFO  started\u0000\u202e'
    for (const format of logFormats) {
      const [line = ''] = linesOf(format, evil, {name: evil, error: Object.assign(new Error('x'), {code: evil})})
      assert.doesNotMatch(line, /[\u0000-\u0009\u000b-\u001f]/)
      assert.doesNotMatch(line, /^2026-01-01T00/m)
    }
  })

  it('keeps of an error what it says, and not what it carries', () => {
    const error = Object.assign(new Error('parse'), {rawPacket: Buffer.from('S3CRET'), request: {headers: 'S3CRET'}})
    for (const format of logFormats) assert.doesNotMatch(linesOf(format, 'x', {error}).join(''), /S3CRET/)
  })

  it('writes the levels from the chosen one', () => {
    for (const [level, expected] of [
      ['debug', 4],
      ['info', 3],
      ['warn', 2],
      ['error', 1],
      ['off', 0],
    ] as const) {
      let lines = 0
      const log = openLog(level, 'json', () => lines++)
      for (const write of [log.debug, log.info, log.warn, log.error]) write('line')
      assert.equal(lines, expected, level)
    }
  })
})
