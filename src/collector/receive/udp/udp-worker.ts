/**
 * The thread in which a collector receives datagrams, so that none is lost during a slow transaction. `receive-udp.ts`
 * starts it. It never writes to its socket, so no sender gets a reply.
 */
import {createSocket, type Socket} from 'node:dgram'
import {once} from 'node:events'
import {isIPv6} from 'node:net'
import {setImmediate as nextTurn} from 'node:timers/promises'
import {type MessagePort, parentPort, workerData} from 'node:worker_threads'
import {type RingMemory, ringWriter} from './datagram-ring.ts'
import {type BoundAddress, readKernelDrops} from './kernel-drops.ts'
import {createSourceShares} from './source-shares.ts'

/** The settings that the thread starts with. */
export interface UdpWorkerData {
  readonly host: string
  readonly port: number
  readonly ring: RingMemory
}

/** A message to the thread: read everything that has arrived, and then continue (`settle`) or end (`close`). */
export type UdpWorkerWish = 'settle' | 'close'

/** A message from the thread. It sends `settled` and `closed` when everything that had arrived is in the ring. */
export type UdpWorkerMessage =
  | {readonly kind: 'listening'; readonly address: BoundAddress; readonly receiveBufferBytes: number}
  | {readonly kind: 'unavailable'; readonly message: string}
  | {readonly kind: 'arrived'}
  | {readonly kind: 'settled'}
  | {readonly kind: 'closed'}

/** The requested size of the kernel's receive buffer. The kernel may grant less (net.core.rmem_max). */
const wantedReceiveBufferBytes = 8 * 1024 * 1024
/** Milliseconds between two looks: at the kernel's drops, and anew at the sources. */
const lookMs = 500
/** The most milliseconds that the thread reads before it settles or closes, while datagrams keep arriving. */
const settleMs = 1_000

async function receive({host, port, ring}: UdpWorkerData, parent: MessagePort): Promise<void> {
  const say = (message: UdpWorkerMessage): void => parent.postMessage(message)
  const writer = ringWriter(ring)
  const socket = createSocket({type: isIPv6(host) ? 'udp6' : 'udp4'})
  let received = 0
  const shares = createSourceShares(ring.room.byteLength)
  socket.on('message', (datagram, {address}) => {
    received++
    if (!shares.admits(address, datagram.length, writer.usedBytes())) writer.drop()
    else if (writer.push(datagram)) say({kind: 'arrived'})
  })
  try {
    socket.bind({address: host, port, exclusive: true})
    await once(socket, 'listening')
  } catch (error) {
    say({kind: 'unavailable', message: error instanceof Error ? error.message : String(error)})
    return parent.close()
  }
  const address = socket.address() as BoundAddress
  const look = (): void => {
    writer.look(readKernelDrops(address))
    shares.renew()
  }
  look()
  const looking = setInterval(look, lookMs)
  const readAll = async (): Promise<void> => {
    for (const deadline = Date.now() + settleMs; Date.now() < deadline; ) {
      const before = received
      // Each turn of the event loop reads some of the datagrams that wait in the kernel.
      await nextTurn()
      await nextTurn()
      if (received === before) return
    }
  }
  parent.on('message', async (wish: UdpWorkerWish) => {
    if (wish === 'close') clearInterval(looking)
    await readAll()
    if (wish === 'settle') return say({kind: 'settled'})
    look()
    socket.close()
    say({kind: 'closed'})
    parent.close()
  })
  say({kind: 'listening', address, receiveBufferBytes: enlargeReceiveBuffer(socket)})
}

/** Requests a large receive buffer and returns the size that the kernel granted. */
function enlargeReceiveBuffer(socket: Socket): number {
  try {
    socket.setRecvBufferSize(wantedReceiveBufferBytes)
  } catch {
    // Some systems refuse instead of granting less. Then the default size stays.
  }
  return socket.getRecvBufferSize()
}

if (parentPort !== null) await receive(workerData, parentPort)
