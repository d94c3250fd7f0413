import {once} from 'node:events'
import {createServer} from 'node:http'
import {type AddressInfo, createServer as createSocketServer} from 'node:net'

export interface Network {
  readonly name: string
  readonly http: string
  close(): void
}

/** Four states of the network. None of them may slow a caller down. */
export async function openNetworks(): Promise<Network[]> {
  const up = createServer(async (request, response) => {
    for await (const _ of request);
    response.writeHead(503, {'content-type': 'application/json'}).end('{}')
  }).listen(0, '127.0.0.1')
  const silent = createSocketServer(() => {}).listen(0, '127.0.0.1')
  await Promise.all([once(up, 'listening'), once(silent, 'listening')])
  const portOf = (server: {address(): unknown}): number => (server.address() as AddressInfo).port
  const nothing = () => {}
  return [
    {name: 'up', http: `http://127.0.0.1:${portOf(up)}`, close: () => up.closeAllConnections() ?? up.close()},
    {name: 'refused', http: 'http://127.0.0.1:9', close: nothing},
    {name: 'black-holed', http: `http://127.0.0.1:${portOf(silent)}`, close: () => silent.close().unref()},
    {name: 'without DNS', http: 'http://collector.invalid', close: nothing},
  ]
}
