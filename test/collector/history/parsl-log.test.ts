import assert from 'node:assert/strict'
import {it} from 'node:test'
import {oldIds} from '../../../src/collector/compat/old-ids.ts'
import {readParslLogLine} from '../../../src/collector/history/parsl-log.ts'
import {nowMs, sampleProject} from '../samples.ts'

const atMs = Date.parse('2026-01-01T00:00:00Z')
const context = {project: sampleProject(), ids: oldIds('secret'), atMs, nowMs}
const read = (line: string) => readParslLogLine(line, context)
function eventOf(line: string) {
  const result = read(line)
  return 'batch' in result ? result.batch?.events[0] : assert.fail(result.problem)
}

it('uses the time of the log line, in every format, for a message without a time', () => {
  for (const written of [
    '2018-11-05 12:34:56,789',
    '2018-11-05 12:34:56.789',
    '2018-11-05T12:34:56.789Z',
    '2018-11-05T13:34:56.789+01:00',
    '1541421296.789',
  ])
    for (const line of [
      `${written}: Source:192.0.2.1, Msg:{"uuid":"a"}`,
      `${written} Source: 192.0.2.1, Msg: 1{"correlator":"a"}\r`,
    ])
      assert.equal(eventOf(line)?.timeMs, Date.parse('2018-11-05T12:34:56.789Z'), line)
  for (const written of ['', 'Mon Nov 5', '2018-13-05 12:34:56,789', '[x]'])
    assert.equal(eventOf(`${written}: Source:::1, Msg:{"uuid":"a"}`)?.timeMs, atMs, written)
  assert.equal(eventOf('2099-01-01 00:00:00,000: Source:x, Msg:{"uuid":"a"}')?.timeMs, nowMs)
})

it('uses the time of a message that has one, and does not correct it by the time of the log line', () => {
  const line = '2018-11-05 07:34:56,789: Source:192.0.2.1, Msg:{"uuid":"a", "start": 1541421296.7895}'
  const start = eventOf(line)
  assert.deepEqual([start?.timeMs, start?.isClamped], [1541421296790, false])
})

it('ignores the beginning of a section, and reports the problem of other lines without repeating them', () => {
  for (const line of ['', '  ', '2018-11-05 00:00:00,000: New Log section for new day ======'])
    assert.deepEqual(read(line), {batch: null})
  for (const line of [
    'Traceback',
    'Msg:{"uuid":"a"}, Source:192.0.2.1',
    'x: Source:192.0.2.1, Msg:{"uuid":"a"',
    'x: Source:192.0.2.1, Msg:2{"uuid":"a"}',
    'x: Source:192.0.2.1, Msg:',
    'x: Source:192.0.2.1, Msg:{"start":1}',
    'x: Source:192.0.2.1, Msg:[]',
  ]) {
    const result = read(line)
    assert.ok('problem' in result && !result.problem.includes('192.0.2.1'), line)
  }
})

it('reads the head of a message that the server cut at 1,024 bytes: run, version, system', () => {
  const components = Array.from({length: 40}, (_none, index) => ({c: `parsl.executors.Executor${index}`, 'a,}': '"]'}))
  const start = {
    correlator: '018f3c5e-0000-4000-8000-000000000001',
    parsl_v: '2024.1.1',
    python_v: '3.11.4',
    'platform.system': 'Linux',
    start: 1_700_000_000,
    tracking_level: 3,
    components,
  }
  const {parsl_v: _v, python_v: _p, 'platform.system': _s, start: _t, tracking_level: _l, ...others} = start
  const {components: _c, ...named} = others
  const end = {...named, end: 1_700_000_100, execution_time: 100, components}
  const cut = (message: object, length = 1024) =>
    `2023-11-15 00:00:00: Source:192.0.2.1, Msg:${`1${JSON.stringify(message)}`.slice(0, length)}`
  for (const length of [1001, 1010, 1023, 1024]) {
    const result = read(cut(start, length))
    assert.ok('batch' in result && result.batch !== null)
    const {header, events} = result.batch
    assert.deepEqual([header?.version, header?.os?.name], ['2024.1.1', 'Linux'])
    assert.partialDeepStrictEqual(events[0]?.event, {
      type: 'start',
      run: start.correlator,
      time: '2023-11-14T22:13:20.000Z',
    })
    assert.partialDeepStrictEqual(eventOf(cut(end, length))?.event, {
      type: 'end',
      run: start.correlator,
      durationSeconds: 100,
    })
  }
  // What was cut elsewhere, or does not tell a start from an end, stays a problem.
  for (const line of [cut(start, 200), cut({correlator: 'a', components}), cut({early: components, ...start})])
    assert.ok('problem' in read(line), line)
})
