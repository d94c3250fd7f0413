import {createSocket} from 'node:dgram'

/** Sends datagrams to HOST:PORT one after the other. Resolves when the system has accepted all of them. */
export async function sendDatagrams(address: string, datagrams: readonly (string | Uint8Array)[]): Promise<void> {
  const [host = '', port] = address.split(/:(?=\d+$)/)
  const socket = createSocket('udp4')
  try {
    for (const datagram of datagrams)
      await new Promise<void>((resolve, reject) =>
        socket.send(datagram, Number(port), host, error => (error === null ? resolve() : reject(error))),
      )
  } finally {
    socket.close()
  }
}
