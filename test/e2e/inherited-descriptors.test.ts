import assert from 'node:assert/strict'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {acceptAll, answeringServer, type Respond} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {needs} from '../support/needs.ts'
import {runShell} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {sendersOf} from '../support/senders-of.ts'

/** A person whose collector keeps every request open until it is told to answer: a sender lives meanwhile. */
async function sceneThatHolds(t: TestContext) {
  const held: Parameters<Respond>[] = []
  const server = await answeringServer(t, (...exchange) => held.push(exchange))
  const scene = makeScene(t, server.url)
  const release = async () => {
    server.respond = acceptAll
    for (const exchange of held.splice(0)) acceptAll(...exchange)
    await eventually(() => assert.deepEqual(sendersOf(scene.destination), []))
  }
  return {...scene, held, release}
}

/** A script that holds a lock on descriptor 200 and a copy of its output on 20, as scripts do, and reports. */
const script = `exec 200>"$LOCK" 20>&1 21<"$LOCK"
flock 200
command usage start
command usage end --exit-code 0
echo done`

for (const shell of ['bash', 'dash'] as const)
  describe(`a sender that lives on after a ${shell} script`, {concurrency: 2}, () => {
    // dash has no descriptors of two digits: it writes 3 to 9.
    const own =
      shell === 'dash' ? script.replaceAll('200', '9').replaceAll('20>', '8>').replaceAll('21<', '7<') : script

    it('does not keep `out=$(script)` waiting, and the lock of the script is free', needs('flock', shell), async t => {
      const scene = await sceneThatHolds(t)
      const lock = join(scene.home.environment['TMPDIR'] ?? '', 'lock')
      const caller = `out=$(${shell} -c "$SCRIPT"); echo "got $out"; flock -n "$LOCK" echo free`
      const outcome = await runShell(scene.home, shell, caller, {environment: {LOCK: lock, SCRIPT: own}})
      assert.deepEqual([outcome.stdout, outcome.stderr], ['got done\nfree\n', ''])
      assert.equal(sendersOf(scene.destination).length, 1, 'no sender lived on: the script was kept waiting')
      await eventually(() => assert.ok(scene.held.length > 0))
      await scene.release()
      assert.equal(scene.status().waiting.events, 0)
    })

    it('does not keep `script | head -1` waiting, nor takes a line of a `while read` loop', needs(shell), async t => {
      const scene = await sceneThatHolds(t)
      const caller = `printf '1\\n2\\n3\\n' | while read -r line; do command usage start; echo "$line"; done | cat
        { command usage start; echo first; command usage end; echo second; } | head -1`
      const outcome = await runShell(scene.home, shell, caller)
      assert.deepEqual([outcome.stdout, outcome.stderr], ['1\n2\n3\nfirst\n', ''])
      await eventually(() => assert.ok(scene.held.length > 0))
      await scene.release()
    })
  })
