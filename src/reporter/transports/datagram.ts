import {limits} from '../../protocol/values/limits.ts'

/** A report as a datagram: byte `2`, then its JSON with the write key in front, for which a datagram has no header. */
export function toDatagram(body: string, writeKey: string | null): Uint8Array {
  const key = writeKey === null ? '' : `"writeKey":${JSON.stringify(writeKey)},`
  return Buffer.from(`2{${key}${body.slice(1)}`)
}

/** Whether a report fits a datagram that passes every usual network in one piece. */
export function fitsDatagram(body: string, writeKey: string | null): boolean {
  return toDatagram(body, writeKey).length <= limits.maxDatagramBytes
}
