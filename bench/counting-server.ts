import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {buffer} from 'node:stream/consumers'
import {gunzipSync} from 'node:zlib'

/** A server that answers every request with 200, and counts the events of its `batch`. */
export async function countingServer() {
  let arrived = 0
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    try {
      const {batch} = JSON.parse(plain.toString()) as {batch?: readonly unknown[]}
      arrived += batch?.length ?? 0
    } catch {
      // Other requests contain no events.
    }
    response.writeHead(200, {'content-type': 'application/json'}).end('{"status":1}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    http: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: () => arrived,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
