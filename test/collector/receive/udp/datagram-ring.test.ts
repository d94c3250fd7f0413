import assert from 'node:assert/strict'
import {it} from 'node:test'
import {makeRingMemory, ringReader, ringWriter} from '../../../../src/collector/receive/udp/datagram-ring.ts'

function makeRing(bytes: number) {
  const memory = makeRingMemory(bytes)
  return {writer: ringWriter(memory), reader: ringReader(memory)}
}

const datagram = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)

it('returns datagrams of every length whole and in order, many times around', () => {
  const {writer, reader} = makeRing(256)
  for (let round = 0; round < 2_000; round++) {
    const sent = [datagram(round % 61, round), datagram((round * 7) % 53, round + 1)]
    for (const one of sent) writer.push(one)
    assert.deepEqual([reader.shift(), reader.shift(), reader.shift()], [...sent, null])
  }
  assert.deepEqual(reader.counts(), {received: 4_000, dropped: 0, kernelDrops: 0, looks: 0})
})

it('counts datagrams that do not fit, keeps the others, and has space again after they are read', () => {
  const {writer, reader} = makeRing(64)
  writer.push(datagram(28, 1))
  writer.push(datagram(28, 2))
  writer.push(datagram(1, 3))
  assert.equal(reader.counts().dropped, 1)
  assert.deepEqual(reader.shift(), datagram(28, 1))
  writer.push(datagram(1, 4))
  assert.deepEqual([reader.shift(), reader.shift(), reader.shift()], [datagram(28, 2), datagram(1, 4), null])
  assert.equal(reader.counts().received, 4)
})

it('wakes the reader only for the first datagram after it sleeps', () => {
  const {writer, reader} = makeRing(64)
  assert.deepEqual([writer.push(datagram(1, 1)), writer.push(datagram(1, 2))], [true, false])
  assert.equal(reader.sleep(), false)
  reader.shift()
  reader.shift()
  assert.equal(reader.sleep(), true)
  assert.equal(writer.push(datagram(1, 3)), true)
})

it('adds the drops of the kernel up over sockets, and keeps them where the system does not tell', () => {
  const memory = makeRingMemory(64)
  const [reader, first] = [ringReader(memory), ringWriter(memory)]
  const drops = () => reader.counts().kernelDrops
  first.look(null)
  assert.equal(drops(), 0)
  first.look(7)
  first.look(null)
  assert.equal(drops(), 7)
  const second = ringWriter(memory)
  second.look(0)
  second.look(2)
  assert.equal(drops(), 9)
  assert.equal(reader.counts().looks, 5)
})
