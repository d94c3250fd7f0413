import {once} from 'node:events'
import {createServer, request as httpRequest} from 'node:http'
import {type AddressInfo, connect, type Server} from 'node:net'
import type {TestContext} from 'node:test'

/** A proxy as sites have them: it opens tunnels (CONNECT) and forwards plain requests, and says what it was asked. */
export async function openProxy(t: Pick<TestContext, 'after'>): Promise<{url: string; asked: string[]}> {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const {hostname, port, pathname} = new URL(request.url ?? '')
    const {method, headers} = request
    const onward = httpRequest({hostname, port, path: pathname, method: method ?? 'GET', headers}, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    const [host = '', port] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward]) end.on('error', () => onward.destroy())
  })
  return {url: `http://127.0.0.1:${await listen(t, proxy)}`, asked}
}

/** Listens on a free port of 127.0.0.1 until the test ends. */
export async function listen(
  t: Pick<TestContext, 'after'>,
  server: Server & {closeAllConnections(): void},
): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
