/** Bytes that datagrams may wait in between the thread that receives them and the one that writes. A power of two. */
export const ringBytes = 8 * 1024 * 1024

/** What two threads share: counters, then room for datagrams. */
export interface RingMemory {
  readonly counters: SharedArrayBuffer
  readonly room: SharedArrayBuffer
}

const slots = {written: 0, read: 1, awake: 2, received: 3, dropped: 4, kernelDrops: 5} as const
const slotCount = 8
/** In the slot of the kernel's drops: nobody can say. */
const unsaid = -1

/** Makes the memory of a ring. */
export function makeRingMemory(bytes: number = ringBytes): RingMemory {
  if (!Number.isInteger(Math.log2(bytes))) throw new Error('must be a power of two')
  return {counters: new SharedArrayBuffer(4 * slotCount), room: new SharedArrayBuffer(bytes)}
}

/** The end of the thread that receives. */
export interface RingWriter {
  /** Takes a datagram in; when there is no room for it, counts it as dropped. True: the other end has to be woken. */
  push(datagram: Uint8Array): boolean
  setKernelDrops(drops: number | null): void
}

/** The end of the thread that writes. */
export interface RingReader {
  /** The oldest datagram, as a copy, or null when there is none. */
  shift(): Uint8Array | null
  /** Says that this end goes to sleep: the next datagram wakes it. False: one came in just now. */
  sleep(): boolean
  counts(): RingCounts
}

/** Since the ring was made, modulo 2^32. */
export interface RingCounts {
  /** Datagrams that the socket gave, whether there was room for them or not. */
  readonly received: number
  /** Of these, the ones that found no room. */
  readonly dropped: number
  /** Datagrams that the kernel dropped before the socket gave them; null where it does not say. */
  readonly kernelDrops: number | null
}

/** A datagram lies behind its length, which is at a multiple of four and so never cut by the end of the room. */
const recordBytes = (length: number): number => 4 + Math.ceil(length / 4) * 4

export function ringWriter({counters, room}: RingMemory): RingWriter {
  const slot = new Int32Array(counters)
  const bytes = new Uint8Array(room)
  const lengths = new Uint32Array(room)
  return {
    push(datagram) {
      Atomics.add(slot, slots.received, 1)
      const written = slot[slots.written]!
      const used = (written - Atomics.load(slot, slots.read)) >>> 0
      const needed = recordBytes(datagram.length)
      if (used + needed > bytes.length) {
        Atomics.add(slot, slots.dropped, 1)
        return false
      }
      lengths[placeOf(written, bytes) / 4] = datagram.length
      const place = placeOf(written + 4, bytes)
      const first = datagram.subarray(0, bytes.length - place)
      bytes.set(first, place)
      bytes.set(datagram.subarray(first.length), 0)
      Atomics.store(slot, slots.written, (written + needed) | 0)
      return Atomics.exchange(slot, slots.awake, 1) === 0
    },
    setKernelDrops(drops) {
      Atomics.store(slot, slots.kernelDrops, drops ?? unsaid)
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
      const kernelDrops = Atomics.load(slot, slots.kernelDrops)
      return {
        received: Atomics.load(slot, slots.received) >>> 0,
        dropped: Atomics.load(slot, slots.dropped) >>> 0,
        kernelDrops: kernelDrops === unsaid ? null : kernelDrops >>> 0,
      }
    },
  }
}

const placeOf = (position: number, room: Uint8Array): number => position & (room.length - 1)
