import assert from 'node:assert/strict'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {pseudonymOf} from '../../src/protocol/values/pseudonym.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere, type ListeningCollector, runningCollector} from '../support/running-collector.ts'
import {sendDatagrams} from '../support/send-datagrams.ts'

const project = makeProject()
const locked = makeProject({project: 'locked', writeKey: 'the-key'})
const header = {version: '1.0', os: {name: 'Linux'}}

const uuid = (number: number): string => `0199aaaa-0000-7000-8000-${String(number).padStart(12, '0')}`
const startOf = (run: number) => ({id: uuid(run), type: 'start', run: uuid(run), time: new Date().toISOString()})
const datagramOf = (events: readonly object[], changes: object = {}): string =>
  `2${JSON.stringify({protocol: 1, project: 'demo', client: {name: 't', version: '1'}, header, events, ...changes})}`

/** How many datagrams the collector has accounted for in the answers about a project. */
async function accounted(collector: ListeningCollector, id = 'demo') {
  const {quality, runs} = await collector.stats(id)
  const {datagrams, datagramsLost, datagramsUnknown, refused, duplicates} = quality
  return {datagrams, datagramsLost, datagramsUnknown, refused, duplicates, runs: runs.total}
}

describe('datagrams', () => {
  it('bring a report with one event: byte 2, then JSON', async t => {
    const collector = await collectorHere(t, isolatedHome(t), [project])
    await sendDatagrams(collector.udp, [
      datagramOf([startOf(1)]),
      datagramOf([startOf(1)]),
      datagramOf([startOf(2)]),
      datagramOf([startOf(3), startOf(4)]),
      datagramOf([{...startOf(5), id: 'none'}]),
    ])
    await eventually(async () =>
      assert.deepEqual(await accounted(collector), {
        ...{datagrams: 5, datagramsLost: 0, datagramsUnknown: 0},
        ...{refused: 2, duplicates: 1, runs: 2},
      }),
    )
  })

  it('are erased with the rest of a person, also those that came just before the request', async t => {
    const collector = await collectorHere(t, isolatedHome(t), [project])
    const key = '5e'.repeat(32)
    const user = pseudonymOf(Buffer.from(key, 'hex'))
    const events = Array.from({length: 200}, (_, run) => datagramOf([startOf(run)], {header: {...header, user}}))
    await sendDatagrams(collector.udp, [datagramOf([startOf(900)]), ...events])
    const response = await fetch(`${collector.http}/v1/projects/demo/erasures`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify({protocol: 1, id: uuid(901), keys: [key]}),
    })
    const receipt = (await response.json()) as {runs: number}
    assert.deepEqual([response.status, receipt.runs], [200, 200])
    assert.equal((await accounted(collector)).runs, 1)
  })

  it('are taken for a project with a write key when the report has it', async t => {
    const collector = await collectorHere(t, isolatedHome(t), [locked])
    const keys = [{}, {writeKey: 'wrong'}, {writeKey: null}, {writeKey: 'the-key'}]
    await sendDatagrams(
      collector.udp,
      keys.map((key, run) => datagramOf([startOf(run)], {project: 'locked', ...key})),
    )
    await eventually(async () => {
      const {datagrams, refused, runs} = await accounted(collector, 'locked')
      assert.deepEqual([datagrams, refused, runs], [4, 3, 1])
    })
  })

  it('that cannot be read are counted, whatever they are, and the next one is taken', async t => {
    const collector = await collectorHere(t, isolatedHome(t), [project])
    const unknown = [
      ...['', 'x', '2', '2{', '2[]', '3{}', '\u0000', '{"uuid": "a"}', '1{"correlator": "a"}'],
      ...[Buffer.from([0x32, 0x7b, 0x22, 0xff, 0x22, 0x7d]), `2${'['.repeat(60_000)}`, 'z'.repeat(65_507)],
      ...[datagramOf([startOf(1)], {project: 'unknown'}), datagramOf([startOf(1)], {protocol: 9})],
      datagramOf([startOf(1)]).slice(0, -1),
    ]
    await sendDatagrams(collector.udp, [...unknown, datagramOf([startOf(1)])])
    await eventually(async () => {
      const {datagrams, datagramsUnknown, runs} = await accounted(collector)
      assert.deepEqual([datagrams, datagramsUnknown, runs], [1, unknown.length, 1])
    })
  })

  it('are all stored or counted as lost when the collector stands still while they come', async t => {
    const collector = await runningCollector(t, isolatedHome(t), [project])
    const sent = 10_000
    process.kill(collector.pid, 'SIGSTOP')
    await sendDatagrams(
      collector.udp,
      Array.from({length: sent}, (_, run) => datagramOf([startOf(run)])),
    )
    process.kill(collector.pid, 'SIGCONT')
    await eventually(async () => {
      const {datagrams, datagramsLost, runs} = await accounted(collector)
      assert.ok(datagramsLost > 0 && datagrams > 0)
      assert.deepEqual([datagrams + datagramsLost, runs], [sent, datagrams])
    })
  })

  it('that have arrived are stored when the collector is asked to stop', async t => {
    const collector = await runningCollector(t, isolatedHome(t), [project])
    const sent = 3_000
    // Stopped, so that all of them wait in the kernel when it is asked.
    process.kill(collector.pid, 'SIGSTOP')
    await sendDatagrams(
      collector.udp,
      Array.from({length: sent}, (_, run) => datagramOf([startOf(run)])),
    )
    const stopped = collector.stop()
    process.kill(collector.pid, 'SIGCONT')
    assert.equal(await stopped, 0)
    const {datagrams, datagramsLost, runs} = await accounted(collector)
    assert.deepEqual([datagrams + datagramsLost, runs], [sent, datagrams])
    assert.ok(datagrams > 0)
  })

  it('have an address that is said, or none: one that is taken is an error only when it was asked for', async t => {
    const home = isolatedHome(t)
    const collector = await runningCollector(t, home, [project])
    const folders = ['--projects', join(collector.data, '..', 'projects'), '--data', join(home.home, 'other')]
    const {code, stderr} = await runUsage(home, [
      'collect',
      ...folders,
      '--http',
      '127.0.0.1:0',
      '--udp',
      collector.udp,
    ])
    assert.equal(code, 2)
    assert.match(stderr, /USAGE_ADDRESS_UNAVAILABLE/)
    const off = await runningCollector(t, isolatedHome(t), [project], undefined, ['--udp', 'off'])
    assert.equal(off.udp, null)
  })
})
