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
  /** 0 takes a free one. */
  readonly port: number
  readonly readDatagram: ReadDatagram
  readonly groupCommit: GroupCommit
  readonly store: Pick<Store, 'addQuality'>
  /** Unix milliseconds. */
  readonly now: () => number
}

export interface UdpReceiver {
  /** Where it listens, for example `127.0.0.1:50077`. */
  readonly address: string
  /** The receive buffer as the kernel says it is: Linux counts its own overhead in. */
  readonly receiveBufferBytes: number
  /** Resolves when the datagrams that have arrived by now are written, or counted as lost. */
  settle(): Promise<void>
  /** Takes no more datagrams, writes those that have arrived, and counts what was lost. */
  close(): Promise<void>
}

// The same extension as this file has: .ts from the sources, .js when built.
const workerFile = new URL(`./udp-worker${extname(import.meta.url)}`, import.meta.url)
/** Datagrams that are taken out of the ring at once: the memory outside it. */
const maxTaken = 1_000
/** How often the counts of lost and unknown datagrams are stored. */
const countMs = 1_000
/** How long a full queue is left alone; datagrams wait in the ring meanwhile. */
const busyMs = 20

/**
 * Receives datagrams until it is closed. It never replies, and keeps and logs no address. A thread of its own reads the
 * socket into a ring of fixed size; what finds no room in the ring or in the kernel's buffer is counted, not kept.
 * Rejects with a `UsageError` USAGE_ADDRESS_UNAVAILABLE.
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
  const wish = (wanted: UdpWorkerWish): void => worker.postMessage(wanted)
  const {address, receiveBufferBytes} = await untilListening(worker, parts)
  const counting = setInterval(() => void intake.storeCounts(), countMs)
  counting.unref()
  worker.unref()
  return {
    address: `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    receiveBufferBytes,
    async settle() {
      const settled = untilSettled(worker, ended)
      wish('settle')
      await settled
      await intake.settle()
    },
    async close() {
      clearInterval(counting)
      worker.ref()
      wish('close')
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

/** A thread that closes has read everything as well. */
function untilSettled(worker: Worker, ended: Promise<void>): Promise<void> {
  const settled = new Promise<void>(resolve => {
    const hear = ({kind}: UdpWorkerMessage): void => {
      if (kind !== 'settled') return
      worker.off('message', hear)
      resolve()
    }
    worker.on('message', hear)
  })
  return Promise.race([settled, ended])
}

/** Takes datagrams out of the ring and writes them, one handful after the other. */
class DatagramIntake {
  private readonly parts: UdpParts
  private readonly ring: RingReader
  private running: Promise<void> | null = null
  /** Not stored yet. */
  private unknown = 0
  private unwritten = 0
  /** Datagrams that are out of the ring and written or counted, modulo 2^32. */
  private handled = 0
  private stored: RingCounts = {received: 0, dropped: 0, kernelDrops: 0}

  constructor(parts: UdpParts, ring: RingReader) {
    this.parts = parts
    this.ring = ring
  }

  wake(): void {
    this.running ??= this.run()
  }

  /** Resolves when what is in the ring at this moment has been handled, however much comes after it. */
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

  /** Stores what was counted since the last time; what cannot be stored now waits for the next time. */
  async storeCounts(): Promise<void> {
    const counts = this.ring.counts()
    const {unknown, unwritten, stored} = this
    const lostOnTheWay = since(counts.dropped, stored.dropped) + since(counts.kernelDrops ?? 0, stored.kernelDrops ?? 0)
    const quality: QualityCounts = {'datagrams-unknown': unknown, 'datagrams-lost': lostOnTheWay + unwritten}
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
