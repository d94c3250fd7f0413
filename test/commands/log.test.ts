import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import type {LogEntry} from '../../src/reporter/person/log.ts'
import {answer, answeringServer, refusal} from '../support/answering-server.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {readTree} from '../support/tree.ts'

/** One event, recorded and sent in the foreground by a person who has said yes. */
async function sendOne(home: IsolatedHome, http: string) {
  const {path, project} = projectOnDisk(home.home, http)
  const environment = {USAGE_PROJECT_FILE: path, USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  await runUsage(home, ['start'], {environment: {...environment, USAGE_SENDER: '1'}})
  return JSON.parse((await runUsage(home, ['flush', '--wait', '40', '--json'], {environment})).stdout)
}

const readLog = async (home: IsolatedHome, ...flags: string[]): Promise<LogEntry[]> =>
  JSON.parse((await runUsage(home, ['log', '--json', ...flags])).stdout).entries

describe('usage log', {concurrency: 2}, () => {
  it('shows the very bytes that left, and the answer', async t => {
    const home = isolatedHome(t)
    const server = await answeringServer(t)
    assert.equal((await sendOne(home, server.url)).sent, 1)
    const before = readTree(home.home)
    const [entry, ...others] = await readLog(home)
    assert.deepEqual([entry?.kind, entry?.events, entry?.status, entry?.endpoint], ['sent', 1, 200, server.url])
    assert.equal(entry?.body, server.requests[0]?.body)
    assert.equal((await runUsage(home, ['log', '--raw'])).stdout, `${server.requests[0]?.body}\n`)
    assert.deepEqual([others, await readLog(home, '--errors')], [[], []])
    assert.deepEqual(readTree(home.home), before)
  })

  it('tells of what failed and what was refused the same story as flush and status', async t => {
    const home = isolatedHome(t)
    const server = await answeringServer(t)
    server.respond = (_request, response) => answer(response, 503, 'busy', {'retry-after': '60'})
    assert.equal((await sendOne(home, server.url)).kept, 1)
    server.respond = (_request, response) => answer(response, 422, refusal('must be something else'))
    assert.equal((await sendOne(home, server.url)).refused, 2)
    const entries = await readLog(home, '--errors')
    // Whether both events travel in one report depends on the age of the secret, and so on the speed of the machine.
    const eventsOf = (kind: string, reason: string) =>
      entries.filter(one => one.kind === kind && one.reason === reason).reduce((sum, {events}) => sum + events, 0)
    assert.deepEqual(
      [eventsOf('failed', 'busy'), eventsOf('failed', 'http-422'), eventsOf('refused', 'http-422')],
      [1, 2, 2],
    )
    assert.deepEqual([entries[0]?.reason, entries.at(-1)?.kind], ['busy', 'refused'])
    const [status] = JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects
    assert.deepEqual([status.refused.events, status.waiting.events, status.sent.events], [2, 0, 0])
  })

  it('says that nothing left where no connection was made', async t => {
    const home = isolatedHome(t)
    await sendOne(home, 'http://127.0.0.1:9')
    const [entry] = await readLog(home)
    assert.deepEqual([entry?.kind, entry?.reason, entry?.body], ['failed', 'offline', null])
  })

  it('begins where it is told to', async t => {
    const home = isolatedHome(t)
    const server = await answeringServer(t)
    await sendOne(home, server.url)
    assert.equal((await readLog(home, '--since', '1h')).length, 1)
    assert.equal((await readLog(home, '--since', '2999-01-01')).length, 0)
    const wrong = await runUsage(home, ['log', '--since', 'yesterday'])
    assert.deepEqual([wrong.code, /USAGE_WRONG_USE: --since/.test(wrong.stderr)], [2, true])
  })
})
