import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import fc from 'fast-check'
import {readMantidFeatures, readMantidStartups} from '../../src/collector/compat/mantid.ts'
import {readMantidTime} from '../../src/collector/compat/mantid-time.ts'
import {oldIds} from '../../src/collector/compat/old-ids.ts'
import {readParslMessage} from '../../src/collector/compat/parsl.ts'
import {detectFormat} from '../../src/collector/history/format.ts'
import {mantidRecords} from '../../src/collector/history/mantid-pages.ts'
import {readParslLogLine, withoutSource} from '../../src/collector/history/parsl-log.ts'
import {toTextLine} from '../../src/collector/monitoring/text-line.ts'
import {datagramReader} from '../../src/collector/receive/udp/read-datagram.ts'
import type {Batch} from '../../src/collector/store/store.ts'
import {decodeTimings, encodeTimings} from '../../src/collector/store/totals/timings-blob.ts'
import {UsageError} from '../../src/errors.ts'
import {TimingsRecorder} from '../../src/protocol/durations/timings-recorder.ts'
import {parseReport} from '../../src/protocol/report/report.ts'
import {limits} from '../../src/protocol/values/limits.ts'
import {makeUuidV7} from '../../src/protocol/values/uuid.ts'
import {parseStatsQuery, queryNames, readParameters} from '../../src/stats/model/query.ts'
import {writeCsv} from '../../src/stats/write/csv.ts'
import {nowMs, sampleProject} from '../collector/samples.ts'
import {fixturesIn, readFixture, readJsonFixture} from '../support/fixtures.ts'
import {holds, nearJson, nearText} from '../support/near-json.ts'

const project = sampleProject({
  features: {types: ['Algorithm', 'Interface', 'Feature', 'Function'], names: [], allowOther: true},
})
const ids = oldIds('0'.repeat(64))
const datagrams = ['p0-1.2.0-end', 'p0-1.2.0-start', 'p1-level1-start', 'p1-level3-end', 'p1-level3-start']
const parsl = datagrams.map(name => JSON.parse(readFixture(`compat/parsl-${name}.dgram`).replace(/^1/, '')))
const mantid = ['startup', 'feature'].map(name => readJsonFixture(`compat/mantid-${name}-6.x.json`))
const unsafe = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u

/** What was read is a report that the protocol accepts, so it is within all of its limits. */
function assertWithinLimits({header, events, refused}: Batch): void {
  assert.ok(refused >= 0 && Number.isInteger(refused))
  if (events.length === 0) return
  const client = {name: 'test', version: '1'}
  const written = events.slice(0, limits.maxEventsPerReport).map(({event}) => event)
  const parsed = parseReport(
    JSON.parse(JSON.stringify({protocol: 1, project: 'parsl', client, header, events: written})),
  )
  assert.ok(parsed.ok, JSON.stringify(parsed))
  assert.deepEqual(parsed.value.rejected, [])
}

/** Returns what a function returns, or null if it throws a coded error. Other errors are faults. */
function orRefused<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error))
    return null
  }
}

describe('a message of an old client, from any input', () => {
  const featureId = (timeMs: number): string => makeUuidV7(Math.max(0, timeMs), new Uint8Array(10))

  it('is read within the limits of a report, or is no message: Parsl', () => {
    holds(nearJson(...parsl), input => {
      const batch = readParslMessage(input, project, ids, nowMs)
      if (batch !== null) assertWithinLimits(batch)
    })
  })

  it('is read within the limits of a report, or refused with a code: Mantid', () => {
    holds(nearJson(...mantid, {usages: mantid}), input => {
      for (const read of [readMantidStartups, readMantidFeatures])
        for (const batch of orRefused(() => read(input, {project, ids, receivedAtMs: nowMs, featureId})) ?? [])
          assertWithinLimits(batch)
    })
  })

  it('has a time since 1970, or none', () => {
    const time = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,9})?(Z|[+-]\d\d:\d\d)?$/),
    )
    holds(time, written => {
      const ms = readMantidTime(written)
      if (ms !== null) assert.ok(ms >= 0 && !Number.isNaN(new Date(ms).getTime()))
    })
  })
})

describe('a datagram, from any bytes', () => {
  const read = datagramReader({projects: new Map([['parsl', project]]), parsl: {project: 'parsl', ids}})
  const reports = fixturesIn('reports').map(readJsonFixture)

  it('is one datagram of a project, or unknown', () => {
    const text = fc.oneof(
      nearText(...reports).map(one => `2${one}`),
      nearText(...parsl).map(one => `1${one}`),
    )
    const bytes = fc.oneof({weight: 4, arbitrary: text.map(one => Buffer.from(one))}, fc.uint8Array().map(Buffer.from))
    holds(bytes, datagram => {
      const found = read(datagram, nowMs)
      if (found === null) return
      const {events, refused, datagrams: count, pending = []} = found.batch
      assert.deepEqual([count, events.length + pending.length + refused], [1, 1])
      assertWithinLimits(found.batch)
    })
  })
})

describe('a record of history, from any text', () => {
  const context = {project, ids, atMs: nowMs, nowMs}

  it('is a line of the log of Parsl, or a problem, and the same without its address', () => {
    const message = nearText(...parsl)
    const line = fc.oneof(
      fc.string(),
      message.map(text => `2026-11-22 10:00:00,123: Source:('10.1.2.3', 4), Msg:1${text}`),
    )
    holds(line, text => {
      const found = readParslLogLine(text, context)
      if ('batch' in found && found.batch !== null) assertWithinLimits(found.batch)
      if (!('problem' in found)) assert.deepEqual(readParslLogLine(withoutSource(text), context), found)
      assert.doesNotMatch(JSON.stringify(found), /10\.1\.2\.3/)
      detectFormat(text)
    })
  })

  it('is a page of Mantid with numbered records', () => {
    holds(nearJson(...mantid, {results: mantid}, [mantid]), document => {
      for (const [place, record] of mantidRecords(document, 7, new Map()).entries())
        assert.equal(record.line, 8 + place)
    })
  })
})

describe('what is written and read again', () => {
  it('keeps the timings of an event', () => {
    const seconds = fc.double({min: 0, max: limits.maxDurationSeconds, noNaN: true})
    holds(fc.array(seconds, {minLength: 1, maxLength: 40}), durations => {
      const recorder = new TimingsRecorder()
      for (const one of durations) recorder.record(one)
      const timings = recorder.toTimings()!
      assert.deepEqual(decodeTimings(encodeTimings(timings), timings.sumSeconds), timings)
    })
  })

  it('keeps the cells of a CSV, which are no formula and steer no terminal', () => {
    const cell = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.constantFrom('=cmd()', '＝1', ' -1', '@x', '"', 'a,b', '\u001b[31m', '\u202e'),
    )
    holds(fc.array(cell, {minLength: 1, maxLength: 4}), cells => {
      const csv = writeCsv({section: 'x', columns: cells.map((_, index) => `c${index}`), rows: [cells]} as never)
      const [, row = [], ...more] = readCsv(csv)
      assert.deepEqual([row.length, more], [cells.length, []])
      for (const one of row) {
        assert.doesNotMatch(one, /^\s*[=+\-@＝＋－＠]/)
        assert.doesNotMatch(one, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      }
    })
  })

  it('writes a log entry in one line, whatever its fields contain', () => {
    holds(fc.tuple(fc.string({unit: 'binary'}), fc.jsonValue()), ([message, value]) => {
      const line = toTextLine({time: 'T', level: 'info', message, value})
      assert.match(line, /^T INFO {2}[^\n]*\n$/)
      assert.doesNotMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u202e]/)
    })
  })
})

/** Reads CSV as RFC 4180 says, with LF. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

describe('a question in an address, from any parameters', () => {
  it('is answerable, or refused with a code', () => {
    const word = fc.oneof(
      fc.string({unit: 'binary'}),
      fc.constantFrom('2026-01-01', '0000-01-01', '9999-12-31', '-1', 'last', '2026', 'day', 'month', 'only', '1', ''),
    )
    const name = fc.oneof({weight: 9, arbitrary: fc.constantFrom(...queryNames)}, word)
    holds(fc.dictionary(name, fc.oneof(word, fc.array(word))), parameters => {
      const query = orRefused(() => parseStatsQuery(readParameters('parsl', parameters), nowMs, '07-01'))
      if (query === null) return
      assert.ok(query.from <= query.to)
      assert.ok(!Number.isNaN(Date.parse(query.from)) && !unsafe.test(query.from))
    })
  })
})
