import type {Listening} from '../../maintain/operate/run-collector.ts'
import type {Paint} from '../../output/paint.ts'

/** Writes where a collector listens, and the token that it made, or how to make one. */
export function writeListening(
  {http, udp, udpReceiveBufferBytes, admin, data, token, hasToken}: Listening,
  paint: Paint,
): string {
  const lines = [`Collector listening on ${paint.bold(http)}. Data folder: ${data}. Stop with Ctrl-C.`]
  if (udp !== null) lines.push(`Datagrams on ${paint.bold(udp)}, receive buffer ${udpReceiveBufferBytes} bytes.`)
  if (admin !== null) lines.push(`Metrics on ${paint.bold(`${admin}/metrics`)}.`)
  if (token !== null) lines.push(`Read token, shown only once: ${paint.bold(token)}`)
  else if (!hasToken) lines.push(`Read token, to see the statistics: usage token new --data ${data}`)
  return lines.join('\n')
}
