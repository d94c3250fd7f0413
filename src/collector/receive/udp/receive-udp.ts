import {extname} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {Worker} from 'node:worker_threads'
import {toUsageError, UsageError} from '../../../errors.ts'
import type {GroupCommit} from '../../intake/group-commit.ts'
import type {QualityCounts, Store} from '../../store/store.ts'
import {makeRingMemory, type RingCounts, type RingReader, ringReader} from './datagram-ring.ts'
import type {BoundAddress} from './kernel-drops.ts'
import {type DatagramBatch, joinBatches, type ReadDatagram} from './read-datagram.ts'
import type {UdpWorkerData, UdpWorkerMessage, UdpWorkerWish} from './udp-worker.ts'

export interface UdpParts {
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  readonly readDatagram: ReadDatagram
  readonly groupCommit: GroupCommit
  readonly store: Pick<Store, 'addQuality'>
  /** Unix milliseconds. */
  readonly now: () => number
}

export interface UdpReceiver {
  /** The address, for example `127.0.0.1:50077`. */
  readonly address: string
  /** The size of the receive buffer as the kernel reports it. Linux includes its own overhead. */
  readonly receiveBufferBytes: number
  /** Resolves when all datagrams that arrived before the call are written, or counted as lost. */
  settle(): Promise<void>
  /** Stops receiving, writes the datagrams that have arrived, and stores the counts of lost ones. */
  close(): Promise<void>
}

// The extension of this file: .ts in the sources, .js in the build.
const workerFile = new URL(`./udp-worker${extname(import.meta.url)}`, import.meta.url)
/** The most datagrams that are outside the ring at once. It bounds the memory. */
const maxTaken = 1_000
/** Milliseconds between two writes of the counts of lost and unknown datagrams. */
const countMs = 1_000
/** Milliseconds before a write to a full queue is tried again. Datagrams wait in the ring meanwhile. */
const busyMs = 20

/**
 * Receives datagrams until it is closed. It never replies, and stores and logs no address. A separate thread reads the
 * socket into a ring of fixed size. Datagrams that exceed the ring or the kernel's buffer are lost and counted. Rejects
 * with a `UsageError` USAGE_ADDRESS_UNAVAILABLE.
 */
export async function receiveUdp(parts: UdpParts): Promise<UdpReceiver> {
  const ring = makeRingMemory()
  const workerData: UdpWorkerData = {host: parts.host, port: parts.port, ring}
  const worker = new Worker(workerFile, {workerData})
  const intake = new DatagramIntake(parts, ringReader(ring))
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  worker.on('message', (message: UdpWorkerMessage) => {
    if (message.kind === 'arrived') intake.wake()
  })
  const request = (wish: UdpWorkerWish): void => worker.postMessage(wish)
  const {address, receiveBufferBytes} = await untilListening(worker, parts)
  const counting = setInterval(() => void intake.storeCounts(), countMs)
  counting.unref()
  worker.unref()
  return {
    address: `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    receiveBufferBytes,
    async settle() {
      const settled = untilSettled(worker, ended)
      request('settle')
      await settled
      await intake.settle()
    },
    async close() {
      clearInterval(counting)
      worker.ref()
      request('close')
      await ended
      await intake.finish()
    },
  }
}

type Listening = Extract<UdpWorkerMessage, {kind: 'listening'}>

function untilListening(worker: Worker, {host, port}: UdpParts): Promise<Listening & {address: BoundAddress}> {
  return new Promise((resolve, reject) => {
    worker.once('error', error => reject(toUsageError(error)))
    worker.on('message', (message: UdpWorkerMessage) => {
      if (message.kind === 'listening') resolve(message)
      if (message.kind !== 'unavailable') return
      const came = `cannot receive datagrams on ${host}:${port}: ${message.message}`
      reject(
        new UsageError('USAGE_ADDRESS_UNAVAILABLE', came, {
          next: 'Choose another one with --udp HOST:PORT. Port 0 selects a free port, off disables datagrams.',
        }),
      )
    })
  })
}

/** Resolves when the thread reports that it has read everything, or when it has ended. */
function untilSettled(worker: Worker, ended: Promise<void>): Promise<void> {
  const settled = new Promise<void>(resolve => {
    const onMessage = ({kind}: UdpWorkerMessage): void => {
      if (kind !== 'settled') return
      worker.off('message', onMessage)
      resolve()
    }
    worker.on('message', onMessage)
  })
  return Promise.race([settled, ended])
}

/** Moves datagrams from the ring to the store, in chunks. */
class DatagramIntake {
  private readonly parts: UdpParts
  private readonly ring: RingReader
  private running: Promise<void> | null = null
  /** Unknown and lost datagrams whose counts are not stored yet. */
  private unknown = 0
  private unwritten = 0
  /** Datagrams that left the ring and were written or counted, modulo 2^32. */
  private handled = 0
  private stored: RingCounts = {received: 0, dropped: 0, kernelDrops: 0}

  constructor(parts: UdpParts, ring: RingReader) {
    this.parts = parts
    this.ring = ring
  }

  wake(): void {
    this.running ??= this.run()
  }

  /** Resolves when the datagrams that were in the ring at the call are handled. Later datagrams do not delay it. */
  async settle(): Promise<void> {
    const {received, dropped} = this.ring.counts()
    while (((received - dropped - this.handled) | 0) > 0) {
      this.wake()
      await wait(1)
    }
  }

  async finish(): Promise<void> {
    this.wake()
    await this.running
    await this.storeCounts()
  }

  private async run(): Promise<void> {
    do {
      for (let taken = this.take(); taken.length > 0; taken = this.take()) await this.write(taken)
    } while (!this.ring.sleep())
    this.running = null
  }

  private take(): Uint8Array[] {
    const taken: Uint8Array[] = []
    for (let next = this.ring.shift(); next !== null; next = taken.length < maxTaken ? this.ring.shift() : null)
      taken.push(next)
    return taken
  }

  private async write(datagrams: readonly Uint8Array[]): Promise<void> {
    const receivedAtMs = this.parts.now()
    const read = datagrams.map(datagram => this.parts.readDatagram(datagram, receivedAtMs))
    const known = read.filter(batch => batch !== null)
    this.unknown += read.length - known.length
    await Promise.all(joinBatches(known).map(batch => this.writeBatch(batch)))
    this.handled = (this.handled + datagrams.length) >>> 0
  }

  private async writeBatch({batch, bytes}: DatagramBatch): Promise<void> {
    for (;;) {
      try {
        await this.parts.groupCommit.write(batch, bytes)
        return
      } catch (error) {
        if (toUsageError(error).code !== 'USAGE_COLLECTOR_BUSY') {
          this.unwritten += batch.datagrams ?? 0
          return
        }
        await wait(busyMs)
      }
    }
  }

  /** Stores the counts since the last call. If the store fails, the next call stores them. */
  async storeCounts(): Promise<void> {
    const counts = this.ring.counts()
    const {unknown, unwritten, stored} = this
    const dropped = since(counts.dropped, stored.dropped) + since(counts.kernelDrops ?? 0, stored.kernelDrops ?? 0)
    const quality: QualityCounts = {'datagrams-unknown': unknown, 'datagrams-lost': dropped + unwritten}
    try {
      await this.parts.store.addQuality(quality, this.parts.now())
    } catch {
      return
    }
    this.stored = counts
    this.unknown -= unknown
    this.unwritten -= unwritten
  }
}

const since = (now: number, before: number): number => (now - before) >>> 0
