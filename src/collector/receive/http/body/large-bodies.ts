import {extname} from 'node:path'
import {Worker} from 'node:worker_threads'
import {type ErrorCode, UsageError} from '../../../../errors.ts'
import {collectorLimits} from '../../../limits.ts'
import {createHeldShares} from './held-shares.ts'
import type {ContentKind} from './read-content.ts'

/** A message to the thread. */
export interface LargeBody {
  readonly id: number
  readonly kind: ContentKind
  readonly content: Uint8Array
}

export interface LargeBodyAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: {readonly code: ErrorCode; readonly message: string}
}

/** Reads large bodies in a thread of their own, one after the other. */
export interface LargeBodies {
  /**
   * Unpacks and reads a body. Rejects with a `UsageError`: immediately USAGE_COLLECTOR_BUSY if too many large bodies are
   * in work, so that neither memory nor the queue grows. One address leaves half of them to others.
   *
   * @param source the key of its address
   */
  read(
    kind: ContentKind,
    source: string,
    unpack: () => Promise<Uint8Array>,
  ): Promise<{readonly value: unknown; readonly bytes: number}>
  /** Ends the thread. Bodies that it has not read are rejected. */
  close(): Promise<void>
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** The thread and the bodies that it has not read, by id. */
interface Reader {
  readonly worker: Worker
  readonly pending: Map<number, Pending>
}

// The extension of this file: .ts in the sources, .js in the build.
const workerFile = new URL(`./large-body-worker${extname(import.meta.url)}`, import.meta.url)

/** The first large body starts the thread. If it dies, for example of memory, the next body starts another. */
export function createLargeBodies(most: number = collectorLimits.maxLargeBodies, file: URL = workerFile): LargeBodies {
  let reader: Reader | null = null
  const shares = createHeldShares(most)
  let lastId = 0

  function ask(kind: ContentKind, content: Uint8Array<ArrayBuffer>): Promise<unknown> {
    reader ??= startReader(file, ended => {
      if (reader === ended) reader = null
    })
    const {worker, pending} = reader
    const id = ++lastId
    const asked = new Promise((resolve, reject) => pending.set(id, {resolve, reject}))
    worker.postMessage({id, kind, content} satisfies LargeBody, [content.buffer])
    return asked
  }

  return {
    async read(kind, source, unpack) {
      if (!shares.take(source, 1))
        throw new UsageError('USAGE_COLLECTOR_BUSY', `${shares.held()} large bodies are being read`)
      try {
        // A copy, because its memory moves to the thread, and that of a body may be shared with other bodies.
        const content = new Uint8Array(await unpack())
        const bytes = content.byteLength
        return {value: await ask(kind, content), bytes}
      } finally {
        shares.giveBack(source, 1)
      }
    },
    async close() {
      await reader?.worker.terminate()
    },
  }
}

function startReader(file: URL, onEnd: (reader: Reader) => void): Reader {
  const worker = new Worker(file, {resourceLimits: {maxOldGenerationSizeMb: collectorLimits.maxReadingMegabytes}})
  const reader: Reader = {worker, pending: new Map()}
  const {pending} = reader
  const end = (cause?: unknown): void => {
    onEnd(reader)
    for (const {reject} of pending.values())
      reject(new UsageError('USAGE_COLLECTOR_BUSY', 'the thread that reads large bodies ended', {cause}))
    pending.clear()
  }
  worker.unref()
  worker.on('message', ({id, value, error}: LargeBodyAnswer) => {
    const asked = pending.get(id)
    pending.delete(id)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new UsageError(error.code, error.message))
  })
  worker.on('error', end)
  worker.on('exit', () => end())
  return reader
}
