import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {senderJitter} from '../../src/reporter/sender/sender-jitter.ts'
import {acceptAll, answeringServer, reportOf} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {runShell, runUsage} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {sendersOf, until} from '../support/senders-of.ts'

/** Pids of the processes that a process has made and that live. */
function childrenOf(parents: ReadonlySet<number>): number[] {
  return readdirSync('/proc').flatMap(name => {
    try {
      const stat = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, 'utf8') : ''
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      return parents.has(parent) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

describe('the senders', () => {
  it('are a handful for a loop of 1,000 features, have no children, and are gone soon after', async t => {
    const server = await answeringServer(t, acceptAll)
    const scene = makeScene(t, server.url)
    const seen = new Set<number>()
    const grandchildren = new Set<number>()
    const watch = setInterval(() => {
      for (const pid of sendersOf(scene.destination)) seen.add(pid)
      for (const pid of childrenOf(seen)) grandchildren.add(pid)
    }, 20)
    t.after(() => clearInterval(watch))
    // The loop reads its names from a pipe, and says how many it saw: no command may eat them.
    const script = `usage start
count=$(seq 1000 | while read -r _; do command usage feature Load.v1 || :; count=$((\${count:-0} + 1)); echo "$count"; done | tail -1)
usage end --exit-code 0
echo "$count"`
    const outcome = await runShell(scene.home, 'sh', script, {timeoutSeconds: 200})
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, '1000\n', ''])
    await until(() => sendersOf(scene.destination).length === 0, 12)
    clearInterval(watch)
    const events = server.requests.flatMap(request => reportOf(request).events)
    t.diagnostic(`${seen.size} senders, ${server.requests.length} reports, ${events.length} events`)
    assert.ok(seen.size <= 12, `${seen.size} senders`)
    assert.deepEqual([...grandchildren], [])
    assert.ok(events.length >= 1001, `${events.length} events have left`)
  })

  it('of an array wait for their jitter, and one that a job waits for does not', async t => {
    const server = await answeringServer(t, acceptAll)
    const scene = makeScene(t, server.url)
    const jitterOf = (task: Record<string, string>) => senderJitter(task, scene.world.hostName)
    const tasks = Array.from({length: 50}, (_, task) => ({SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: `${task}`}))
    const environment = tasks.reduce((longest, task) => (jitterOf(task) > jitterOf(longest) ? task : longest))
    assert.ok(jitterOf(environment) > 3000)
    await runUsage(scene.home, ['start'], {environment})
    assert.equal(sendersOf(scene.destination).length, 1)
    const before = performance.now()
    await runUsage(scene.home, ['end', '--exit-code', '0', '--wait', '8'], {environment})
    const events = server.requests.flatMap(request => reportOf(request).events)
    assert.deepEqual(events.map(({type}) => type).sort(), ['end', 'start'])
    assert.ok(performance.now() - before < 8000)
    await eventually(() => assert.deepEqual(sendersOf(scene.destination), []))
    assert.equal(server.requests.length, 1)
  })
})
