import type {Paint} from '../output/paint.ts'

/** Where a collector listens and keeps its data; the token only at its first start. */
export interface Listening {
  readonly http: string
  readonly udp: string | null
  readonly udpReceiveBufferBytes: number | null
  readonly data: string
  readonly token: string | null
  /** Whether anybody has a read token. */
  readonly hasToken: boolean
}

/** Writes where a collector listens, and the token that it made, or how to make one. */
export function writeListening(
  {http, udp, udpReceiveBufferBytes, data, token, hasToken}: Listening,
  paint: Paint,
): string {
  const lines = [`Collector listening on ${paint.bold(http)}. Data folder: ${data}. Stop with Ctrl-C.`]
  if (udp !== null) lines.push(`Datagrams on ${paint.bold(udp)}, receive buffer ${udpReceiveBufferBytes} bytes.`)
  if (token !== null) lines.push(`Read token, shown only once: ${paint.bold(token)}`)
  else if (!hasToken) lines.push(`Read token, to see the statistics: usage token new --data ${data}`)
  return lines.join('\n')
}
