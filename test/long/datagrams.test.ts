import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {describe, it} from 'node:test'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {type RunningCollector, runningCollector} from '../support/running-collector.ts'
import {sendDatagrams} from '../support/send-datagrams.ts'

const project = makeProject()
const header = {version: '1.0', os: {name: 'Linux'}}

const uuid = (number: number): string => `0199aaaa-0000-7000-8000-${String(number).padStart(12, '0')}`
const startOf = (run: number) => ({id: uuid(run), type: 'start', run: uuid(run), time: new Date().toISOString()})
const datagramOf = (events: readonly object[], changes: object = {}): string =>
  `2${JSON.stringify({protocol: 1, project: 'demo', client: {name: 't', version: '1'}, header, events, ...changes})}`

/** How many datagrams the collector has accounted for in the answers about a project. */
async function accounted(collector: RunningCollector, id = 'demo') {
  const {quality, runs} = await collector.stats(id)
  const {datagrams, datagramsLost, datagramsUnknown, refused, duplicates} = quality
  return {datagrams, datagramsLost, datagramsUnknown, refused, duplicates, runs: runs.total}
}

describe('datagrams', () => {
  it('are all stored or counted as lost when the store cannot be written while they come', async t => {
    const collector = await runningCollector(t, isolatedHome(t), [project])
    const other = new DatabaseSync(join(collector.data, 'usage.sqlite'))
    t.after(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const sent = 150_000
    await sendDatagrams(
      collector.udp,
      Array.from({length: sent}, (_, run) => datagramOf([startOf(run)])),
    )
    other.exec('ROLLBACK')
    await eventually(async () => {
      const {datagrams, datagramsLost, runs} = await accounted(collector)
      assert.ok(datagramsLost > 0 && datagrams > 0)
      assert.deepEqual([datagrams + datagramsLost, runs], [sent, datagrams])
    })
  })
})
