import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'

/** Each program prints how many uses it has made. */
const head = `import _thread, asyncio, atexit, gc, os, signal, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
made = []
def use(times=1):
    for _ in range(times):
        usage.feature("Load.v1", "Algorithm")
        made.append(1)
def tell(more=0): os.write(1, b"%d\\n" % (len(made) + more))
def together(work, number=8):
    threads = [threading.Thread(target=work) for _ in range(number)]
    for one in threads: one.start()
    for one in threads: one.join()
`

const subinterpreter = `try: import _interpreters as inner
except ImportError: import _xxsubinterpreters as inner
for _ in range(2):
    one = inner.create()
    code = "import sys; sys.path[:] = %r\\nimport usage_client as usage\\nusage.start()" % sys.path
    failed = inner.run_string(one, code + "\\nfor _ in range(5): usage.feature('Load.v1', 'Algorithm')")
    inner.destroy(one)
    assert not failed, failed
tell(10)`

const programs: Readonly<Record<string, string>> = {
  'threads that use and start and end at once': `
def job():
    for _ in range(5):
        usage.start(); use(3); usage.end(0)
together(job)
tell()`,
  'threads that outlive the main one': `
def late(): time.sleep(0.3); use(5); tell()
threading.Thread(target=late).start(); use(2)`,
  'a daemon thread that never stops': `
go = threading.Event()
def ever():
    while True:
        go.wait(); use()
        if len(made) == 500: go.clear(); done.set()
done = threading.Event()
use(3)
threading.Thread(target=ever, daemon=True).start()
go.set(); done.wait(); tell()`,
  'a daemon thread that uses while the process ends': `
def ever():
    ready.wait()
    use(5)
    done.set()
ready, done = threading.Event(), threading.Event()
atexit.register(lambda: (ready.set(), done.wait(), tell()))
use(3)
threading.Thread(target=ever, daemon=True).start()`,
  'handlers of the exit, before and after the first use': `
atexit.register(lambda: (use(5), tell()))
use(3)
atexit.register(use, 2)`,
  'a pool of threads': `
with ThreadPoolExecutor(8) as pool: list(pool.map(lambda _: use(20), range(20)))
tell()`,
  'tasks of asyncio': `
async def task():
    for _ in range(20): use(); await asyncio.sleep(0)
async def all(): await asyncio.gather(*[task() for _ in range(20)])
asyncio.new_event_loop().run_until_complete(all())
tell()`,
  'forks while threads record': `
stop = threading.Event()
def ever():
    while not stop.is_set(): use()
threads = [threading.Thread(target=ever) for _ in range(3)]
for one in threads: one.start()
for _ in range(10):
    if os.fork() == 0:
        usage.feature("Load.v1", "Algorithm"); usage.feature("Load.v1", "Algorithm"); usage.end()
        os._exit(0)
    os.wait()
stop.set()
for one in threads: one.join()
tell(20)`,
  'a function that traces each call': `
inside = []
def trace(frame, event, value):
    if event == "call" and not inside and len(made) < 1000: inside.append(1); use(); inside.clear()
use()
sys.setprofile(trace); usage.feature("Load.v1", "Algorithm"); usage.feature("Load.v1", "Algorithm")
while len(made) < 1000: usage.start(); usage.end()
sys.setprofile(None)
tell(2)`,
  'a recursion to 30 frames before its limit': `
usage.feature("Load.v1", "Algorithm"); made.append(1)
def deeper():
    try:
        usage.feature("Load.v1", "Algorithm"); made.append(1)
        if len(made) < sys.getrecursionlimit() - 30: deeper()
    except RecursionError: print('lost')
deeper()
assert len(made) > 900
tell()`,
  destructors: `
class Late:
    def __init__(self): self.me = self
    def __del__(self): use()
gc.set_threshold(3, 2, 2)
for _ in range(300): Late(); use()
gc.collect(); gc.disable()
tell()`,
  'handlers of signals': `
for name in ("SIGWINCH", "SIGALRM"): signal.signal(getattr(signal, name), lambda *_: use())
stop = threading.Event()
def kick():
    while not stop.wait(0.02): os.kill(os.getpid(), signal.SIGWINCH); os.kill(os.getpid(), signal.SIGALRM)
thread = threading.Thread(target=kick); thread.start()
end = time.monotonic() + 0.5
while time.monotonic() < end: use()
stop.set(); thread.join()
time.sleep(0.01)
tell()`,
  subinterpreters: subinterpreter,
}

describe('the client of Python counts each use once', {concurrency: 2}, () => {
  for (const [what, program] of Object.entries(programs))
    it(`by ${what}`, needs('python3'), async t => {
      const {run, events} = pythonScene(t)
      const outcome = await run(`${head}${program}`, waits)
      assert.deepEqual([outcome.code, /Traceback|Error/.test(outcome.stderr)], [0, false], outcome.stderr)
      const all = events()
      const uses = all.reduce((sum, event) => sum + (event.type === 'feature' ? event.count : 0), 0)
      assert.equal(String(uses), outcome.stdout.trim())
      assert.equal(new Set(all.map(({id}) => id)).size, all.length)
    })

  it('and imports no module meanwhile, for which a forked process would wait for ever', needs('python3'), async t => {
    const {run} = pythonScene(t)
    const script = `import sys
before = set(sys.modules)
for _ in range(2):
    usage.start("1"); usage.feature("Load.v1", "Algorithm"); usage.feature("Load.v1", "Algorithm", seconds=1); usage.end(0)
print(sorted(set(sys.modules) - before))`
    const outcome = await run(script, waits)
    assert.deepEqual([outcome.code, outcome.stdout], [0, '[]\n'])
  })

  it('and each run of each thread once, with its own end and features', needs('python3'), async t => {
    const {run, events} = pythonScene(t)
    const script = `${head}
def job():
    for code in range(5):
        one = usage.start(); use(2); usage.end(code)
together(job)
outer = usage.start(); inner = usage.start()
print(os.environ["USAGE_RUN_ID"] == inner)
usage.end(); print(os.environ["USAGE_RUN_ID"] == outer)
usage.end(); print(os.environ.get("USAGE_RUN_ID"))`
    const outcome = await run(script, waits)
    assert.deepEqual([outcome.code, outcome.stdout], [0, 'True\nTrue\nNone\n'])
    const runs: Record<string, {start: number; end: number; feature: number}> = {}
    for (const event of events()) {
      const found = runs[event.run ?? ''] ?? {start: 0, end: 0, feature: 0}
      found[event.type] += event.type === 'feature' ? event.count : 1
      runs[event.run ?? ''] = found
    }
    const counts = Object.values(runs).map(({start, end, feature}) => `${start} ${end} ${feature}`)
    assert.deepEqual(counts.sort(), [...Array(2).fill('1 1 0'), ...Array(40).fill('1 1 2')])
  })
})
