import type {Paint} from '../output/paint.ts'

/** Where a collector listens and keeps its data; the token only at its first start. */
export interface Listening {
  readonly http: string
  readonly udp: string | null
  readonly udpReceiveBufferBytes: number | null
  readonly data: string
  readonly token: string | null
}

/** Says to a person that a collector listens, and the token the only time that it can be said. */
export function writeListening({http, udp, udpReceiveBufferBytes, data, token}: Listening, paint: Paint): string {
  const lines = [`Collecting at ${paint.bold(http)}, data in ${data}. Stop with Ctrl-C.`]
  if (udp !== null) lines.push(`Datagrams at ${paint.bold(udp)}, receive buffer ${udpReceiveBufferBytes} bytes.`)
  if (token !== null) lines.push(`Read token, shown only now: ${paint.bold(token)}`)
  return lines.join('\n')
}
