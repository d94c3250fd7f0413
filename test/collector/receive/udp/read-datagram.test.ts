import assert from 'node:assert/strict'
import {it} from 'node:test'
import {datagramReader, joinBatches} from '../../../../src/collector/receive/udp/read-datagram.ts'
import {featureOf, nowMs, reportOf, sampleProject} from '../../samples.ts'

it('joins the events of datagrams, also those that are not declared yet', () => {
  const read = datagramReader({projects: new Map([['parsl', sampleProject()]]), parsl: null})
  const datagrams = [featureOf(1, nowMs), featureOf(2, nowMs, {name: 'New.v1'}), featureOf(3, nowMs, {name: 'New.v2'})]
  const batches = datagrams.map(event => read(Buffer.from(`2${JSON.stringify(reportOf([event]))}`), nowMs)!)
  const [joined, ...others] = joinBatches(batches)
  const {events, pending, datagrams: count} = joined!.batch
  assert.deepEqual([events.length, pending?.length, count, others], [1, 2, 3, []])
})

it('serves a project of Parsl only while the collector has it', () => {
  const projects = new Map([['parsl', sampleProject()]])
  const ids = {} as never
  const read = datagramReader({projects, parsl: {project: 'parsl', ids}})
  projects.delete('parsl')
  assert.equal(read(Buffer.from('{}'), nowMs), null)
})
