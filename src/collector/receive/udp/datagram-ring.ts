import {collectorLimits} from '../../limits.ts'

/** The memory that both threads share: counters, and the bytes of the datagrams. */
export interface RingMemory {
  readonly counters: SharedArrayBuffer
  readonly room: SharedArrayBuffer
}

const slots = {written: 0, read: 1, awake: 2, received: 3, dropped: 4, kernelDrops: 5, looks: 6} as const
const slotCount = 8

/** Allocates a ring. Throws unless `bytes` is a power of two. */
export function makeRingMemory(bytes: number = collectorLimits.datagramRingBytes): RingMemory {
  if (!Number.isInteger(Math.log2(bytes))) throw new Error('must be a power of two')
  return {counters: new SharedArrayBuffer(4 * slotCount), room: new SharedArrayBuffer(bytes)}
}

/** The side of the thread that receives. Neither side ever waits for the other. */
export interface RingWriter {
  /** Adds a datagram. If the ring is full, it counts the datagram as dropped. True: the caller must wake the reader. */
  push(datagram: Uint8Array): boolean
  /** Counts a datagram as received and dropped. */
  drop(): void
  /** Bytes that wait in the ring. */
  usedBytes(): number
  /** States that the thread is alive, and how many datagrams the kernel has dropped for this socket. Null if unknown. */
  look(kernelDrops: number | null): void
}

/** The side of the thread that writes to the store. */
export interface RingReader {
  /** Removes the oldest datagram and returns a copy. Null if the ring is empty. */
  shift(): Uint8Array | null
  /** Asks to be woken by the next datagram. False if a datagram has just arrived: then the caller reads on. */
  sleep(): boolean
  counts(): RingCounts
}

/** Counts since the ring was made, modulo 2^32. */
export interface RingCounts {
  /** Datagrams that the socket delivered, including dropped ones. */
  readonly received: number
  /** Received datagrams that were dropped because the ring was full. */
  readonly dropped: number
  /** Datagrams that the kernel dropped before the socket delivered them. 0 where the system does not tell. */
  readonly kernelDrops: number
  /** Looks of the thread that receives. */
  readonly looks: number
}

/**
 * Bytes of a datagram in the ring: its length (4 bytes), then the datagram, padded to a multiple of 4. So the end of
 * the ring never cuts a length.
 */
const recordBytes = (length: number): number => 4 + Math.ceil(length / 4) * 4

export function ringWriter({counters, room}: RingMemory): RingWriter {
  const slot = new Int32Array(counters)
  const bytes = new Uint8Array(room)
  const lengths = new Uint32Array(room)
  // A thread that replaces another has a new socket and a new writer: both begin at zero.
  let kernelDropsBefore = 0
  const usedBytes = (): number => (slot[slots.written]! - Atomics.load(slot, slots.read)) >>> 0
  const drop = (): void => {
    Atomics.add(slot, slots.received, 1)
    Atomics.add(slot, slots.dropped, 1)
  }
  return {
    drop,
    usedBytes,
    push(datagram) {
      const written = slot[slots.written]!
      const needed = recordBytes(datagram.length)
      if (usedBytes() + needed > bytes.length) {
        drop()
        return false
      }
      Atomics.add(slot, slots.received, 1)
      lengths[placeOf(written, bytes) / 4] = datagram.length
      const place = placeOf(written + 4, bytes)
      const first = datagram.subarray(0, bytes.length - place)
      bytes.set(first, place)
      bytes.set(datagram.subarray(first.length), 0)
      Atomics.store(slot, slots.written, (written + needed) | 0)
      return Atomics.exchange(slot, slots.awake, 1) === 0
    },
    look(kernelDrops) {
      Atomics.add(slot, slots.looks, 1)
      if (kernelDrops === null) return
      Atomics.add(slot, slots.kernelDrops, kernelDrops - kernelDropsBefore)
      kernelDropsBefore = kernelDrops
    },
  }
}

export function ringReader({counters, room}: RingMemory): RingReader {
  const slot = new Int32Array(counters)
  const bytes = new Uint8Array(room)
  const lengths = new Uint32Array(room)
  const isEmpty = (): boolean => slot[slots.read] === Atomics.load(slot, slots.written)
  return {
    shift() {
      if (isEmpty()) return null
      const read = slot[slots.read]!
      const datagram = new Uint8Array(lengths[placeOf(read, bytes) / 4]!)
      const place = placeOf(read + 4, bytes)
      const first = bytes.subarray(place, Math.min(place + datagram.length, bytes.length))
      datagram.set(first)
      datagram.set(bytes.subarray(0, datagram.length - first.length), first.length)
      Atomics.store(slot, slots.read, (read + recordBytes(datagram.length)) | 0)
      return datagram
    },
    sleep() {
      Atomics.store(slot, slots.awake, 0)
      return isEmpty()
    },
    counts() {
      return {
        received: Atomics.load(slot, slots.received) >>> 0,
        dropped: Atomics.load(slot, slots.dropped) >>> 0,
        kernelDrops: Atomics.load(slot, slots.kernelDrops) >>> 0,
        looks: Atomics.load(slot, slots.looks) >>> 0,
      }
    },
  }
}

const placeOf = (position: number, room: Uint8Array): number => position & (room.length - 1)
