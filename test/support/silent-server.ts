import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import type {TestContext} from 'node:test'

/** A TCP server that never answers and counts connections. */
export async function silentServer(t: Pick<TestContext, 'after'>): Promise<{url: string; connections: () => number}> {
  let connections = 0
  const server = createServer(socket => {
    connections++
    socket.on('error', () => {})
    t.after(() => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections}
}
