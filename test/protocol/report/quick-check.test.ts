import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import * as v from 'valibot'
import {isSure} from '../../../src/protocol/report/quick-check.ts'
import {parseReport} from '../../../src/protocol/report/report.ts'
import {fieldValues, text, time, uuid} from '../../../src/protocol/values/scalars.ts'
import {fixturesIn, readJsonFixture} from '../../support/fixtures.ts'
import {unsureParts} from '../../support/unsure-parts.ts'

const parse = (json: string): unknown => JSON.parse(json)

/** Rules, each with values that are sure and values that are not. */
const cases: readonly [title: string, schema: v.GenericSchema, sure: unknown[], unsure: unknown[]][] = [
  ['a text', text(3), ['a', 'abc'], ['', 'abcd', 'a\n', 1, null, undefined, ['a']]],
  ['a number', v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3)), [1, 3], [0, 4, 1.5, '1', Number.NaN]],
  ['a finite number', v.pipe(v.number(), v.finite()), [0.5], [Number.POSITIVE_INFINITY]],
  ['a truth value', v.boolean(), [true, false], [0, 'true', null]],
  ['a literal', v.literal('start'), ['start'], ['end']],
  ['an id', uuid, ['019ab4d0-0000-7000-8000-00000000abcd'], ['019AB4D0-0000-7000-8000-00000000ABCD', '019ab4d0']],
  [
    'a time',
    time,
    ['2026-11-22T10:00:00Z', '2026-01-31T23:59:59.999Z', '2028-02-29T00:00:00Z'],
    [
      '2026-02-29T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-11-22T24:00:00Z',
      '2026-06-30T23:59:60Z',
      '2026-13-01T00:00:00Z',
    ],
  ],
  ['null or a text', v.nullish(text(), null), ['a', null], ['', undefined]],
  ['what null changes', v.nullish(v.boolean(), false), [true, false], [null, undefined]],
  [
    'a list',
    v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(2)),
    [[1], [1, 2]],
    [[], [1, 2, 3], ['1'], {0: 1}],
  ],
  [
    'an object',
    v.object({a: v.number(), b: v.nullish(v.number()), c: v.optional(v.number(), 1)}),
    [
      {a: 1, c: 2},
      {a: 1, b: null, c: 2},
    ],
    [{a: 1}, {c: 2}, {a: 1, c: 2, d: 3}, Object.assign([], {a: 1, c: 2}), parse('{"a": 1, "c": 2, "__proto__": 3}')],
  ],
  [
    'values of fields',
    fieldValues,
    [{}, {a: 1, b: true, c: 'x'}, Object.fromEntries(Array.from({length: 64}, (_, index) => [`f${index}`, index]))],
    [
      [],
      {a: null},
      {a: {}},
      {'': 1},
      {constructor: 1},
      parse('{"__proto__": 1}'),
      Object.fromEntries(Array.from({length: 65}, (_, index) => [`f${index}`, index])),
    ],
  ],
  ['a rule that is not known', v.pipe(v.string(), v.trim()), [], ['a']],
]

describe('the quick check', () => {
  for (const [title, schema, sure, unsure] of cases)
    it(`is sure of ${title} only if the schema returns the value as it is`, () => {
      for (const value of sure) {
        assert.equal(isSure(schema, value), true, JSON.stringify(value))
        assert.deepEqual(v.parse(schema, value), value)
      }
      for (const value of unsure) assert.equal(isSure(schema, value), false, JSON.stringify(value))
    })

  it('is sure of all events of the golden reports, and of the header that clients send today', () => {
    for (const name of fixturesIn('reports')) {
      const parts = unsureParts(readJsonFixture(name))
      assert.deepEqual(parts, name === 'reports/agent.json' ? [] : ['report'], name)
    }
  })

  it('counts the fields of an event before it reads them', () => {
    const values = Object.fromEntries(Array.from({length: 50_000}, (_, index) => [`f${index}`, index]))
    let reads = 0
    const fields = new Proxy(values, {
      get(of, key) {
        reads++
        return Reflect.get(of, key)
      },
    })
    assert.deepEqual([isSure(fieldValues, fields), reads], [false, 0])
  })

  it('leaves an event to the schema that has more bytes than its limits add up to', () => {
    const report = readJsonFixture('reports/agent.json')
    const fields = Object.fromEntries(Array.from({length: 40}, (_, index) => [`f${index}`, 'é'.repeat(200)]))
    const parsed = parseReport({...report, events: [{...report.events[0], fields}]})
    assert.ok(parsed.ok)
    assert.equal(parsed.value.rejected[0]?.code, 'event-too-large')
  })
})
