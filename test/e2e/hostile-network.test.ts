import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {answerAlways, answeringServer, type Respond} from '../support/answering-server.ts'
import {needs} from '../support/needs.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {makeScene, type Scene} from '../support/scene.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {silentServer} from '../support/silent-server.ts'

/** Seconds that a busy machine may need to start what is measured, beside what it is allowed itself. */
const graceSeconds = 8
/** Seconds that a flush is given where it is the answer that ends it. */
const patience = 20

async function timed<T>(work: () => Promise<T>): Promise<{seconds: number; result: T}> {
  const since = performance.now()
  const result = await work()
  return {seconds: (performance.now() - since) / 1000, result}
}

/** Which of two clocks ends a flush depends on how busy the machine is. */
const endOf = (reason: string): string => (reason === 'no-time' ? 'timeout' : reason)

/** Records one event and flushes it within so many seconds: what came of it. */
async function flushOne(scene: Scene, waitSeconds: number) {
  scene.reporter.start()
  const {seconds, result} = await timed(() => scene.usage(['flush', '--wait', String(waitSeconds), '--json']))
  assert.ok(seconds < waitSeconds + graceSeconds, `${seconds} s`)
  const {sent, kept, projects} = JSON.parse(result.stdout)
  assert.equal(result.code, sent === 1 ? 0 : 3)
  return {sent, kept, reason: projects[0].reason, nextTryAt: projects[0].nextTryAt}
}

/** Begins an answer and goes on with it, little by little, for as long as anybody listens. */
const drip: Respond = (_request, response) => {
  response.writeHead(200, {'content-type': 'application/json'})
  const timer = setInterval(() => response.write(' '), 50)
  response.on('close', () => clearInterval(timer))
}

/** Five times what is read of an answer. */
const huge = `{"accepted": 1, "duplicates": 0, "rejected": [], "more": "${'x'.repeat(5 * 1024 * 1024)}"}`

describe('a collector', {concurrency: 2}, () => {
  const answers: readonly (readonly [what: string, respond: Respond, reason: string])[] = [
    ['that answers drop by drop', drip, 'timeout'],
    ['whose answer is huge', answerAlways(200, huge), 'server-error'],
    ['that says yes to other events', answerAlways(200, {accepted: 7, duplicates: 0, rejected: []}), 'server-error'],
    ['that is a web page', answerAlways(200, '<html>Sign in to the guest network</html>'), 'server-error'],
  ]
  for (const [what, respond, reason] of ofShare(answers, 2))
    it(`${what} takes no longer than it may, and the event stays`, async t => {
      const server = await answeringServer(t, respond)
      const scene = makeScene(t, server.url)
      const outcome = await flushOne(scene, reason === 'timeout' ? 3 : patience)
      assert.deepEqual([outcome.sent, outcome.kept, endOf(outcome.reason)], [0, 1, reason])
      server.respond = (_request, response) =>
        answerAlways(200, {accepted: 1, duplicates: 0, rejected: []})(_request, response)
      assert.equal((await scene.flush()).sent, 1)
    })

  itOnce('that never answers holds up neither a script nor a flush', async t => {
    const server = await silentServer(t)
    const scene = makeScene(t, server.url)
    const outcome = await flushOne(scene, 3)
    assert.deepEqual([outcome.sent, outcome.kept, endOf(outcome.reason)], [0, 1, 'timeout'])
    const {seconds, result} = await timed(() => runUsage(scene.home, ['end', '--exit-code', '0']))
    assert.deepEqual([result.code, result.stdout, result.stderr], [0, '', ''])
    assert.ok(seconds < graceSeconds, `${seconds} s`)
  })

  for (const status of ofShare([308, 301, 302, 307], 4))
    it(`that redirects by ${status} to another host is not followed`, async t => {
      const other = await answeringServer(t)
      const location = `${other.url}/v1/reports`
      const server = await answeringServer(t, answerAlways(status, '', {location}))
      const outcome = await flushOne(makeScene(t, server.url), patience)
      assert.deepEqual([outcome.sent, outcome.kept, outcome.reason], [0, 1, 'server-error'])
      assert.equal(server.requests.length, 1)
      assert.equal(other.requests.length, 0)
    })
})

describe('a name server that never answers', {concurrency: 2}, () => {
  for (const endpoint of ofShare([{http: 'http://usage.example.org:8080'}, {udp: 'usage.example.org:50077'}], 2))
    it(
      `holds up no script, no flush longer than it may, and leaves no sender behind, with ${Object.keys(endpoint)}`,
      needs('ip', 'unshare'),
      async t => {
        const scene = makeScene(t, '', {endpoint})
        const out = scene.home.environment['TMPDIR'] ?? ''
        // A network of its own, in which the only name server listens and says nothing.
        const script = `ip link set lo up
      printf 'nameserver 127.0.0.1\\noptions timeout:30 attempts:5\\n' >"$OUT/resolv.conf"
      mount --bind "$OUT/resolv.conf" /etc/resolv.conf
      node -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.1", () => console.log("silent"))' >"$OUT/dns" &
      until grep -q silent "$OUT/dns"; do sleep 0.05; done
      before=$(date +%s%N); said=$(usage start); after=$(date +%s%N)
      echo "start $(((after - before) / 1000000)) $said"
      until [ -e "$STATE"/demo-*/buffer/sending ]; do sleep 0.05; done
      before=$(date +%s%N)
      while grep -lq '[s]ender-process' /proc/[0-9]*/cmdline 2>/dev/null; do sleep 0.05; done
      after=$(date +%s%N); echo "sender $(((after - before) / 1000000))"
      before=$(date +%s%N); usage flush --wait 2 --json >"$OUT/flush.json"; after=$(date +%s%N)
      echo "flush $(((after - before) / 1000000))"
      grep -l '[s]ender-process' /proc/[0-9]*/cmdline
      kill $!`
        const {stdout, stderr} = await runProgram(
          scene.home,
          ['unshare', '-Urmnpf', '--kill-child', '--mount-proc', 'sh', '-c', script],
          {environment: {OUT: out, STATE: scene.home.stateDirectory}, timeoutSeconds: 50},
        )
        t.diagnostic(stdout.trim().replaceAll('\n', ', '))
        const [, start, sender, flush] =
          /^start (\d+) \nsender (\d+)\nflush (\d+)\n$/.exec(stdout) ?? assert.fail(stdout + stderr)
        assert.ok(Number(start) < graceSeconds * 1000)
        assert.ok(Number(sender) < (10 + graceSeconds) * 1000)
        assert.ok(Number(flush) < (2 + graceSeconds) * 1000)
        const flushed = JSON.parse(readFileSync(join(out, 'flush.json'), 'utf8'))
        assert.deepEqual([flushed.sent, flushed.kept, endOf(flushed.projects[0].reason)], [0, 1, 'timeout'])
      },
    )
})
