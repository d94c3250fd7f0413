import {Worker} from 'node:worker_threads'
import {toUsageError, UsageError} from '../../../errors.ts'
import type {BoundAddress} from './kernel-drops.ts'
import type {UdpWorkerData, UdpWorkerMessage, UdpWorkerWish} from './udp-worker.ts'

export interface UdpThreadParts {
  /** The module of the thread. */
  readonly file: URL
  readonly data: UdpWorkerData
  /** Called when datagrams have arrived in the ring. */
  readonly onArrived: () => void
  /** Called when the thread has ended by itself. It is then started again. */
  readonly onDeath: (error: Error) => void
  /** Milliseconds before a thread that has ended is started again. */
  readonly restartAfterMs: number
}

/** The thread that reads the socket. */
export interface UdpThread {
  readonly address: BoundAddress
  readonly receiveBufferBytes: number
  /** Resolves when everything that had arrived is in the ring, or the thread has ended. */
  settle(): Promise<void>
  /** Like `settle`, and ends the thread. */
  close(): Promise<void>
}

type Listening = Extract<UdpWorkerMessage, {kind: 'listening'}>

/**
 * Starts the thread and resolves when it receives. Rejects with a `UsageError` USAGE_ADDRESS_UNAVAILABLE. If it ends
 * later, it is started again on the same address, as often as it takes.
 */
export async function startUdpThread(parts: UdpThreadParts): Promise<UdpThread> {
  let isOpen = true
  let restart: NodeJS.Timeout | undefined
  let worker: Worker
  let ended: Promise<void>
  const start = async (data: UdpWorkerData): Promise<Listening> => {
    worker = new Worker(parts.file, {workerData: data})
    ended = new Promise(resolve => worker.once('exit', () => resolve()))
    worker.on('message', ({kind}: UdpWorkerMessage) => kind === 'arrived' && parts.onArrived())
    const listening = await untilListening(worker, data)
    worker.unref()
    let why = new Error('the thread has ended')
    worker.on('error', error => (why = error instanceof Error ? error : why))
    void ended.then(() => onDeath(why, {...data, port: listening.address.port}))
    return listening
  }
  const onDeath = (why: Error, data: UdpWorkerData): void => {
    if (!isOpen) return
    parts.onDeath(why)
    restart = setTimeout(() => start(data).catch(error => onDeath(error, data)), parts.restartAfterMs)
    restart.unref()
  }
  const {address, receiveBufferBytes} = await start(parts.data)
  return {
    address,
    receiveBufferBytes,
    settle: () => untilAnswered(worker, ended, 'settle'),
    async close() {
      isOpen = false
      clearTimeout(restart)
      worker.ref()
      await untilAnswered(worker, ended, 'close')
      await ended
    },
  }
}

function untilListening(worker: Worker, {host, port}: UdpWorkerData): Promise<Listening> {
  return new Promise((resolve, reject) => {
    worker.once('error', error => reject(toUsageError(error)))
    worker.once('exit', () => reject(new Error('the thread has ended before it received')))
    worker.on('message', (message: UdpWorkerMessage) => {
      if (message.kind === 'listening') resolve(message)
      if (message.kind !== 'unavailable') return
      const came = `cannot receive datagrams on ${host}:${port}: ${message.message}`
      reject(
        new UsageError('USAGE_ADDRESS_UNAVAILABLE', came, {
          next: 'Choose another one with --udp HOST:PORT. Port 0 selects a free port, off disables datagrams.',
        }),
      )
    })
  })
}

/** Resolves when the thread reports that it has read everything, or when it has ended. */
function untilAnswered(worker: Worker, ended: Promise<void>, wish: UdpWorkerWish): Promise<void> {
  const answered = new Promise<void>(resolve => {
    const onMessage = ({kind}: UdpWorkerMessage): void => {
      if (kind !== 'settled' && kind !== 'closed') return
      worker.off('message', onMessage)
      resolve()
    }
    worker.on('message', onMessage)
  })
  worker.postMessage(wish)
  return Promise.race([answered, ended])
}
