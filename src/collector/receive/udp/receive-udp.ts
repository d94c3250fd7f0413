import {extname} from 'node:path'
import {collectorLimits} from '../../limits.ts'
import {createDatagramIntake, type IntakeParts} from './datagram-intake.ts'
import {makeRingMemory, ringReader} from './datagram-ring.ts'
import {watchMovement} from './movement.ts'
import {startUdpThread} from './udp-thread.ts'

export interface UdpParts extends IntakeParts {
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  /** Called when the thread that receives has ended by itself. It is started again a second later. Default: nothing. */
  readonly onDeath?: (error: Error) => void
}

export interface UdpReceiver {
  /** The address, for example `127.0.0.1:50077`. */
  readonly address: string
  /** The size of the receive buffer as the kernel reports it. Linux includes its own overhead. */
  readonly receiveBufferBytes: number
  /** Datagrams since the intake was opened, modulo 2^32. `lostInKernel` is 0 where the kernel does not say. */
  counts(): Record<'received' | 'lostInKernel' | 'lostInRing' | 'waiting', number>
  /** Milliseconds for which the intake has stood still: its thread is silent, or datagrams wait and none is handled. */
  stillForMs(): number
  /** Whether the intake moves: it has stood still for less than `datagramStillMs`. For `/readyz`. */
  isMoving(): boolean
  /** Resolves when all datagrams that arrived before the call are written, or counted as lost. */
  settle(): Promise<void>
  /** Stops receiving, writes the datagrams that have arrived, and stores the counts of lost ones. */
  close(): Promise<void>
}

// The extension of this file: .ts in the sources, .js in the build.
const workerFile = new URL(`./udp-worker${extname(import.meta.url)}`, import.meta.url)
/** Milliseconds between two writes of the counts of lost and unknown datagrams, and two looks at the movement. */
const countMs = 1_000

/**
 * Receives datagrams until it is closed. It never replies, and stores and logs no address. A separate thread reads the
 * socket into a ring of fixed size. Datagrams that exceed the ring or the kernel's buffer are lost and counted. While
 * the ring is more than three quarters full, each source has a share of the rest (`source-shares.ts`). Rejects with a `UsageError`
 * USAGE_ADDRESS_UNAVAILABLE.
 */
export async function receiveUdp(parts: UdpParts): Promise<UdpReceiver> {
  const memory = makeRingMemory()
  const ring = ringReader(memory)
  const intake = createDatagramIntake(parts, ring)
  const thread = await startUdpThread({
    file: workerFile,
    data: {host: parts.host, port: parts.port, ring: memory},
    onArrived: intake.wake,
    onDeath: error => parts.onDeath?.(error),
    restartAfterMs: countMs,
  })
  const {stillForMs} = watchMovement(ring.counts, intake.handled, () => performance.now())
  const counting = setInterval(() => {
    intake.storeCounts()
    // A message that got lost with a thread delays the datagrams by a second at most.
    intake.wake()
    stillForMs()
  }, countMs)
  counting.unref()
  const {address, family, port} = thread.address
  return {
    address: `${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    receiveBufferBytes: thread.receiveBufferBytes,
    counts() {
      const {received, dropped, kernelDrops} = ring.counts()
      const waiting = (received - dropped - intake.handled()) >>> 0
      return {received, lostInKernel: kernelDrops ?? 0, lostInRing: dropped, waiting}
    },
    stillForMs,
    isMoving: () => stillForMs() < collectorLimits.datagramStillMs,
    async settle() {
      await thread.settle()
      await intake.settle()
    },
    async close() {
      clearInterval(counting)
      await thread.close()
      await intake.finish()
    },
  }
}
