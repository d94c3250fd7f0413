import {connect, type Socket} from 'node:net'
import type {Transport} from './mutate-transport.ts'

/** The answer to a request. `status` 0: the connection ended without one. */
export interface Reply {
  readonly status: number
  readonly body: string
}

export interface Connection {
  /**
   * Sends a request and resolves to its answer. A broken one is followed by the end of the connection, and what comes then
   * is its answer. Rejects if nothing comes for half a minute.
   */
  send(transport: Transport): Promise<Reply>
  close(): void
}

const patienceMs = 30_000

/** A connection to a collector, as a client without rules uses it. It is opened again when it has ended. */
export function openConnection(http: string, address: string): Connection {
  const {hostname, port} = new URL(http)
  let socket: Socket | null = null
  return {
    send({request: {line, headers, body}, isBroken}) {
      const own = socket !== null && !socket.destroyed && !isBroken ? socket : connect(Number(port), hostname)
      own.setNoDelay(true)
      if (!isBroken) socket = own
      const head = [line, `Host: ${hostname}`, `X-Forwarded-For: ${address}`, ...headers].join('\r\n')
      own.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), body]))
      if (isBroken) own.end()
      return readReply(own, isBroken)
    },
    close: () => socket?.destroy(),
  }
}

function readReply(socket: Socket, isLast: boolean): Promise<Reply> {
  const {promise, resolve, reject} = Promise.withResolvers<Reply>()
  let came = ''
  const timer = setTimeout(() => reject(new Error(`no answer for ${patienceMs} ms, only ${came}`)), patienceMs)
  const settle = (reply: Reply): void => {
    clearTimeout(timer)
    socket.off('data', onData).off('close', onClose)
    if (isLast || /^connection: close/im.test(came)) socket.destroy()
    resolve(reply)
  }
  const onData = (chunk: Buffer): void => {
    came += chunk.toString('latin1')
    const reply = parseReply(came)
    if (reply !== null) settle(reply)
  }
  const onClose = (): void => settle({status: Number(/^HTTP\/1\.1 (\d+)/.exec(came)?.[1] ?? 0), body: ''})
  if (socket.listenerCount('error') === 0) socket.on('error', () => {})
  socket.on('data', onData).on('close', onClose)
  return promise
}

/** Reads a whole answer. Null if more has to come. */
function parseReply(came: string): Reply | null {
  const final = came.replace(/^HTTP\/1\.1 100[^\r]*\r\n\r\n/, '')
  const end = final.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = final.slice(0, end)
  const status = Number(head.slice(9, 12))
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
  const body = final.slice(end + 4)
  return body.length < length ? null : {status, body: Buffer.from(body, 'latin1').toString('utf8')}
}
