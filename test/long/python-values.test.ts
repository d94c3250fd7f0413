import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'

const declarations = {
  fields: {
    whole: {type: 'integer', min: 0, max: 1000, description: 'A count'},
    real: {type: 'number', description: 'A size'},
    flag: {type: 'boolean', description: 'A switch'},
  },
}

/** Classes whose methods fail, and some kinds of values that libraries have. */
const classes = `import collections, datetime, decimal, enum, fractions, json, os, pathlib
class Number(enum.Enum): THREE = 3
class Whole(enum.IntEnum): THREE = 3
class Word(str, enum.Enum): NEXUS = "nexus"
class Failure(Exception):
    def __str__(self): raise self
    __repr__ = __str__
class Hostile:
    def fail(self, *a): raise Failure()
    __str__ = __repr__ = __eq__ = __bool__ = __len__ = __iter__ = __int__ = __float__ = __index__ = __fspath__ = fail
    __getattr__ = __hash__ = fail
class Masked(Hostile):
    @property
    def __class__(self): raise Failure()
class Meta(type):
    def __repr__(self): raise Failure()
class OfMeta(Hostile, metaclass=Meta): pass
class Text(str):
    def fail(self, *a): raise Failure()
    encode = upper = strip = __eq__ = __hash__ = __str__ = __repr__ = __len__ = fail
class Int(int):
    def fail(self, *a): raise Failure()
    __abs__ = __le__ = __ge__ = __eq__ = __repr__ = __str__ = __int__ = fail
    __hash__ = int.__hash__
class Fields(dict):
    def fail(self, *a): raise Failure()
    keys = items = __iter__ = __bool__ = __len__ = fail
`

type Taken = readonly [whole: number | null, real: number | null, flag: boolean | null, format: string | null]
const nothing: Taken = [null, null, null, null]
const three: Taken = [3, 3, null, null]

/** Values, and what is taken of each as a whole number, a number, a switch and a word. */
const plain: readonly (readonly [value: string, taken: Taken])[] = [
  ['decimal.Decimal("3")', three],
  ['decimal.Decimal("NaN")', nothing],
  ['decimal.Decimal("sNaN")', nothing],
  ['decimal.Decimal("1e999999")', nothing],
  ['fractions.Fraction(3, 2)', [null, 1.5, null, null]],
  ['fractions.Fraction(10 ** 400, 3)', nothing],
  ['Number.THREE', nothing],
  ['Whole.THREE', three],
  ['Word.NEXUS', [null, null, null, 'nexus']],
  ['pathlib.Path("nexus")', nothing],
  ['b"3"', nothing],
  ['bytearray(b"3")', nothing],
  ['memoryview(b"3")', nothing],
  ['datetime.timedelta(seconds=3)', nothing],
  ['Hostile()', nothing],
  ['Masked()', nothing],
  ['OfMeta()', nothing],
  ['Hostile', nothing],
  ['OfMeta', nothing],
  ['Text("nexus")', [null, null, null, 'nexus']],
  ['Text("3")', three],
  ['Int(3)', three],
  ['" 3.0 "', three],
  ['"1_000"', nothing],
  ['"\\u0663"', nothing],
  ['"0x10"', nothing],
  ['"9" * 100000', nothing],
  ['10 ** 5000', nothing],
  ['-0.0', [0, 0, null, null]],
  ['"\\ud800"', nothing],
  ['[3]', nothing],
  ['lambda: 3', nothing],
]

const ofNumpy: typeof plain = [
  ['np.int64(3)', three],
  ['np.uint8(3)', three],
  ['np.float16(3)', three],
  ['np.float32(3)', three],
  ['np.longdouble(3)', three],
  ['np.array(3)', three],
  ['np.array([3])', three],
  ['np.array(3, dtype=object)', three],
  ['np.array(3.5)', [null, 3.5, null, null]],
  ['np.array([1, 2])', nothing],
  ['np.array([])', nothing],
  ['np.complex128(3)', nothing],
  ['np.float64("nan")', nothing],
  ['np.float32("inf")', nothing],
  ['-np.inf', nothing],
  ['np.bool_(True)', [null, null, true, null]],
  ['np.bool_(False)', [null, null, false, null]],
  ['np.array(True)', [null, null, true, null]],
  ['np.str_("nexus")', [null, null, null, 'nexus']],
  ['np.bytes_(b"nexus")', nothing],
  ['np.datetime64("2026-01-01", "ns")', nothing],
  ['np.timedelta64(3, "s")', nothing],
  ['np.timedelta64(3, "ns")', nothing],
  ['np.datetime64("NaT")', nothing],
  ['np.ma.masked', nothing],
  ['np.ma.array(3, mask=True)', nothing],
  ['np.ma.array(3)', three],
  ['np.void(b"abc")', nothing],
]

for (const {what, required, before, table} of [
  {what: 'of Python', required: ['python3'], before: '', table: plain},
  {what: 'of numpy', required: ['numpy for python3'], before: 'import numpy as np\n', table: ofNumpy},
] as const)
  describe(`a value ${what}`, needs(...required), () => {
    it('is taken where it fits, else left out and counted; the event stays, and nothing is printed', async t => {
      const {run, events, dropped} = pythonScene(t, undefined, undefined, declarations)
      const outcome = await run(
        `${classes}${before}usage.start()
for value in [${table.map(([value]) => value).join(', ')}]:
    usage.start(fields={"whole": value, "real": value, "flag": value})
    usage.feature("Load.v1", "Algorithm", details={"format": value})
    usage.end()`,
        {...waits, environment: {...waits.environment, PYTHONWARNINGS: 'default'}},
      )
      assert.deepEqual([outcome.code, outcome.stdout, /Warning|Error/.test(outcome.stderr)], [0, '', false])
      const byRun = new Map<string, Record<string, unknown>>()
      for (const event of events()) {
        const found = byRun.get(event.run ?? '') ?? {}
        if (event.type === 'start') byRun.set(event.run ?? '', {...found, ...event.fields})
        if (event.type === 'feature') byRun.set(event.run ?? '', {...found, ...event.details})
      }
      const [, ...runs] = [...byRun].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, values]) => values)
      const taken = runs.map(({whole = null, real = null, flag = null, format = null}) => [whole, real, flag, format])
      assert.deepEqual(
        table.map(([value], index) => [value, ...(taken[index] ?? [])]),
        table.map(([value, one]) => [value, ...one]),
      )
      const lost = table.flatMap(([, one]) => one).filter(one => one === null).length
      assert.deepEqual(await dropped(), {'undeclared-field': lost})
    })

    it('is in any argument no reason to lose the event, to raise or to print', async t => {
      const {run, events} = pythonScene(t, undefined, undefined, declarations)
      const outcome = await run(
        `${classes}${before}for value in [${table.map(([value]) => value).join(', ')}]:
    usage.start(value, value, value, value, value, value)
    usage.feature("Load.v1", value, value, value, value, value, value)
    usage.feature(value, "Algorithm")
    usage.end(value, value, value)
for fields in (Fields(whole=3), {Hostile: 1, 1: 2, None: 3}, [("whole", 3)], [1], "whole"):
    usage.start(fields=fields)
    usage.end()`,
        {...waits, environment: {...waits.environment, USAGE_DEBUG: '1', PYTHONWARNINGS: 'default'}},
      )
      assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
      assert.doesNotMatch(outcome.stderr, /Traceback|Warning:|not recorded/)
      const count = (type: string) => events().filter(event => event.type === type).length
      assert.deepEqual([count('start'), count('end')], [table.length + 5, table.length + 5])
    })
  })
