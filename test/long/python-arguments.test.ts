import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'

/** Numbers as libraries have them: an index, a float, an item. */
const disguises = `
class Index:
    def __init__(self, value): self.value = value
    def __index__(self): return self.value
class Float(Index):
    __index__ = None
    def __float__(self): return self.value
class Item(Index):
    __index__ = None
    def item(self): return self.value
class Hostile:
    def __float__(self): raise RuntimeError("no")
    item = __index__ = __str__ = __repr__ = __bool__ = __eq__ = __float__
    __hash__ = object.__hash__
import decimal, fractions, math, signal
`

describe('what a program hands to the client of Python', {concurrency: 2}, () => {
  it('is taken where it is a number in disguise', needs('python3'), async t => {
    const numbers = [
      '3',
      '3.0',
      '"3"',
      'Index(3)',
      'Float(3.0)',
      'Item(3)',
      'decimal.Decimal(3)',
      'fractions.Fraction(3)',
    ]
    const {run, events, dropped} = pythonScene(t)
    const calls = numbers.map(
      one => `usage.start(fields={"executors": ${one}})
usage.feature("Load.v1", "Algorithm", count=${one}, seconds=${one})
usage.end(${one})`,
    )
    const outcome = await run(`${disguises}${calls.join('\n')}`, waits)
    assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
    for (const event of events()) {
      if (event.type === 'start') assert.deepEqual(event.fields, {executors: 3})
      else if (event.type === 'end') assert.equal(event.exitCode, 3)
      else assert.deepEqual([event.count, event.durationSeconds], [3, 3])
    }
    assert.equal(events().length, 3 * numbers.length)
    assert.deepEqual(await dropped(), {})
  })

  it('is left out and counted where it is no number, and the event stays', needs('python3'), async t => {
    const values = [
      'math.nan',
      '-math.inf',
      '"nan"',
      '"many"',
      '10 ** 400',
      '2 ** 53',
      '1j',
      'b"\\xff"',
      '[1]',
      'Hostile()',
    ]
    const {run, events, dropped} = pythonScene(t)
    const calls = values.map(
      one => `usage.start(${one}, ${one}, fields={"executors": ${one}, "x": 1})
usage.feature("Load.v1", "Algorithm", run=${one}, count=${one}, seconds=${one}, internal=${one}, details={"format": ${one}})
usage.end(${one}, ${one}, fields=${one})`,
    )
    const outcome = await run(`${disguises}${calls.join('\n')}`, waits)
    assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
    const all = events()
    assert.equal(all.length, 3 * values.length)
    for (const event of all) {
      if (event.type === 'feature')
        assert.deepEqual([event.count, event.durationSeconds, event.details], [1, null, null])
      if (event.type === 'end') assert.deepEqual([event.exitCode, event.signal, event.fields], [null, null, {}])
      assert.equal(event.run === null, event.type === 'feature')
    }
    assert.ok(((await dropped())['undeclared-field'] ?? 0) >= values.length * 10)
  })

  it('names a signal by its number as well', needs('python3'), async t => {
    const {run, events} = pythonScene(t)
    await run(
      `import signal
for one in ("SIGTERM", signal.SIGTERM, 15, "15", "term"): usage.start(); usage.end(signal=one)`,
      waits,
    )
    const ends = events().filter(event => event.type === 'end')
    assert.deepEqual(
      ends.map(event => event.type === 'end' && event.signal),
      Array(5).fill('SIGTERM'),
    )
  })

  it('is left out and counted where no such argument exists, and the event stays', needs('python3'), async t => {
    const {run, events, dropped} = pythonScene(t)
    const outcome = await run(
      `usage.start(vresion="1.4.0")
usage.feature("Load.v1", "Algorithm", second=3)
usage.feature("Load.v1", "Algorithm", None, 2, 0.5, True, None, "more", "and more")
usage.feature()
usage.feature("Load.v1", name="Load.v1")
usage.end(0, code=0)
import inspect; print(inspect.signature(usage.feature).parameters["seconds"])`,
      waits,
    )
    assert.deepEqual([outcome.code, outcome.stdout], [0, 'seconds: Optional[SupportsFloat] = None\n'])
    assert.deepEqual(
      events()
        .map(({type}) => type)
        .sort(),
      ['end', 'feature', 'feature', 'feature', 'start'],
    )
    assert.deepEqual(await dropped(), {'undeclared-field': 6, 'undeclared-feature': 1})
  })

  it('harms no program at the limit of its recursion, or whose modules were replaced', needs('python3'), async t => {
    const {run} = pythonScene(t)
    const outcome = await run(
      `import json, os, sys
usage.start()
def deeper(depth):
    usage.feature("Load.v1", "Algorithm")
    try: return deeper(depth + 1)
    except RecursionError: return depth
deeper(0)
for module, name in ((json, "dumps"), (json, "loads"), (os, "replace"), (os, "open"), (os, "stat")):
    whole = getattr(module, name)
    setattr(module, name, None)
    usage.start(); usage.feature("Load.v1", "Algorithm"); usage.end(0)
    setattr(module, name, whole)
class Late:
    def __del__(self): usage.end(0)
sys.late = Late()
print("done")`,
      waits,
    )
    assert.deepEqual([outcome.code, outcome.stdout, /Traceback|Exception/.test(outcome.stderr)], [0, 'done\n', false])
  })
})
