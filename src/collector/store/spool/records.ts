import {crc32} from 'node:zlib'
import type {Batch} from '../store.ts'

/** Bytes before a record: its length and its CRC-32, each 32 bits, big-endian. */
const headBytes = 8

/**
 * A batch as a record of a spool file. The key of the sender's address stays in memory: the file is without it. Pure.
 */
export function encodeRecord({source: _source, ...batch}: Batch): Buffer {
  const body = Buffer.from(JSON.stringify(batch))
  const head = Buffer.alloc(headBytes)
  head.writeUInt32BE(body.length, 0)
  head.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([head, body])
}

export interface DecodedRecords {
  readonly batches: readonly Batch[]
  /** Bytes of the last record, if it is incomplete: the process ended while it was written. */
  readonly tornBytes: number
  /** Records whose bytes have changed since they were written. */
  readonly damaged: number
}

/** The batches of a spool file. Pure. */
export function decodeRecords(bytes: Buffer): DecodedRecords {
  const batches: Batch[] = []
  let damaged = 0
  let at = 0
  while (at + headBytes <= bytes.length) {
    const end = at + headBytes + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    const body = bytes.subarray(at + headBytes, end)
    if (crc32(body) === bytes.readUInt32BE(at + 4)) batches.push(JSON.parse(body.toString()) as Batch)
    else damaged++
    at = end
  }
  return {batches, tornBytes: bytes.length - at, damaged}
}
