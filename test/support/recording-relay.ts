import {once} from 'node:events'
import {type AddressInfo, connect, createServer} from 'node:net'
import type {TestContext} from 'node:test'
import {constants, gunzipSync} from 'node:zlib'

/** A TCP relay between a sender and its collector that keeps every byte from the sender. */
export interface RecordingRelay {
  readonly url: string
  /** The bytes of each connection as text: headers and body. The decompressed body is added to a compressed one. */
  received(): string[]
}

/** Starts a relay. It calls `target` for the collector's address at each connection. */
export async function recordingRelay(t: Pick<TestContext, 'after'>, target: () => string): Promise<RecordingRelay> {
  const connections: Buffer[][] = []
  const server = createServer(socket => {
    const chunks: Buffer[] = []
    connections.push(chunks)
    const {hostname, port} = new URL(target())
    const collector = connect(Number(port), hostname)
    for (const end of [socket, collector]) {
      end.on('error', () => {})
      t.after(() => end.destroy())
    }
    socket.on('data', chunk => chunks.push(chunk))
    socket.pipe(collector).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => connections.map(chunks => decode(Buffer.concat(chunks))),
  }
}

const gzipBegin = Buffer.from([0x1f, 0x8b, 8])

function decode(bytes: Buffer): string {
  const begin = bytes.indexOf(gzipBegin)
  const body = begin === -1 ? '' : gunzipSync(bytes.subarray(begin), {finishFlush: constants.Z_SYNC_FLUSH}).toString()
  return bytes.toString('latin1') + body
}
