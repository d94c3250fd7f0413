import {toUsageError} from '../../../errors.ts'
import {receiveUdp, type UdpParts, type UdpReceiver} from './receive-udp.ts'

export interface UdpAddress {
  readonly host: string
  readonly port: number
  /** If true, a collector whose address is unavailable runs without datagrams. */
  readonly isOptional: boolean
}

/** Receives datagrams at an address. Null without an address, or if it is optional and unavailable. */
export async function openReceiver(
  udp: UdpAddress | null,
  parts: Omit<UdpParts, 'host' | 'port'>,
): Promise<UdpReceiver | null> {
  if (udp === null) return null
  try {
    return await receiveUdp({...parts, host: udp.host, port: udp.port})
  } catch (error) {
    if (udp.isOptional && toUsageError(error).code === 'USAGE_ADDRESS_UNAVAILABLE') return null
    throw error
  }
}
