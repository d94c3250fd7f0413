import {setTimeout as wait} from 'node:timers/promises'
import {toUsageError} from '../../../errors.ts'
import type {GroupCommit} from '../../intake/group-commit.ts'
import {oneAtATime} from '../../intake/one-at-a-time.ts'
import type {QualityCounts, Store} from '../../store/store.ts'
import type {RingCounts, RingReader} from './datagram-ring.ts'
import {type DatagramBatch, joinBatches, type ReadDatagram} from './read-datagram.ts'

export interface IntakeParts {
  readonly readDatagram: ReadDatagram
  readonly groupCommit: Pick<GroupCommit, 'write'>
  readonly store: Pick<Store, 'addQuality'>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Called with a number of datagrams that this collector does not know. Default: nothing. */
  readonly onUnknown?: (times: number) => void
}

/** Moves datagrams from the ring to the store. */
export interface DatagramIntake {
  /** Says that datagrams have arrived. */
  wake(): void
  /** Resolves when the datagrams that were in the ring at the call are handled. Later datagrams do not delay it. */
  settle(): Promise<void>
  /** Stores the counts of lost and unknown datagrams since the last call. If the store fails, the next call does. */
  storeCounts(): void
  /** Handles what is in the ring and stores the counts. */
  finish(): Promise<void>
  /** Datagrams that left the ring and were written or counted, modulo 2^32. */
  handled(): number
}

/** The most datagrams that are outside the ring at once. It bounds the memory. */
const maxTaken = 1_000
/** Milliseconds before a write to a full queue is tried again. Datagrams wait in the ring meanwhile. */
const busyMs = 20

/** Makes an intake. It takes a chunk from the ring, writes it, and only then takes the next one. */
export function createDatagramIntake(parts: IntakeParts, ring: RingReader): DatagramIntake {
  let handled = 0
  const uncounted = {unknown: 0, unwritten: 0}
  const moving = oneAtATime(async () => {
    do {
      for (let taken = take(ring); taken.length > 0; taken = take(ring)) {
        await writeDatagrams(parts, uncounted, taken)
        handled = (handled + taken.length) >>> 0
      }
    } while (!ring.sleep())
  })
  const counting = oneAtATime(countLosses(parts, uncounted, ring))
  return {
    wake: moving.wake,
    storeCounts: counting.wake,
    handled: () => handled,
    async settle() {
      const {received, dropped} = ring.counts()
      while (((received - dropped - handled) | 0) > 0) {
        moving.wake()
        await wait(1)
      }
    },
    async finish() {
      moving.wake()
      await moving.settled()
      counting.wake()
      await counting.settled()
    },
  }
}

function take(ring: RingReader): Uint8Array[] {
  const taken: Uint8Array[] = []
  for (let next = ring.shift(); next !== null; next = taken.length < maxTaken ? ring.shift() : null) taken.push(next)
  return taken
}

/** Datagrams whose counts are not stored yet. */
interface Uncounted {
  unknown: number
  unwritten: number
}

async function writeDatagrams(
  parts: IntakeParts,
  uncounted: Uncounted,
  datagrams: readonly Uint8Array[],
): Promise<void> {
  const receivedAtMs = parts.now()
  const known: DatagramBatch[] = []
  for (const datagram of datagrams) {
    const read = readOrNull(parts.readDatagram, datagram, receivedAtMs)
    if (read !== null) known.push(read)
  }
  const unknown = datagrams.length - known.length
  uncounted.unknown += unknown
  if (unknown > 0) parts.onUnknown?.(unknown)
  await Promise.all(joinBatches(known).map(batch => writeBatch(parts, uncounted, batch)))
}

/** A reader never throws. If one does, its datagram must not stop the intake. */
function readOrNull(read: ReadDatagram, datagram: Uint8Array, receivedAtMs: number): DatagramBatch | null {
  try {
    return read(datagram, receivedAtMs)
  } catch {
    return null
  }
}

async function writeBatch({groupCommit}: IntakeParts, uncounted: Uncounted, one: DatagramBatch): Promise<void> {
  for (;;) {
    try {
      await groupCommit.write(one.batch, one.bytes)
      return
    } catch (error) {
      if (toUsageError(error).code !== 'USAGE_COLLECTOR_BUSY') {
        uncounted.unwritten += one.batch.datagrams ?? 0
        return
      }
      await wait(busyMs)
    }
  }
}

function countLosses({store, now}: IntakeParts, uncounted: Uncounted, ring: RingReader): () => Promise<void> {
  let stored: RingCounts = {received: 0, dropped: 0, kernelDrops: 0, looks: 0}
  return async () => {
    const counts = ring.counts()
    const {unknown, unwritten} = uncounted
    const lost = since(counts.dropped, stored.dropped) + since(counts.kernelDrops, stored.kernelDrops) + unwritten
    const quality: QualityCounts = {'datagrams-unknown': unknown, 'datagrams-lost': lost}
    await store.addQuality(quality, now())
    stored = counts
    uncounted.unknown -= unknown
    uncounted.unwritten -= unwritten
  }
}

const since = (now: number, before: number): number => (now - before) >>> 0
