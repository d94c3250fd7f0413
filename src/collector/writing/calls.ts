import {type ErrorCode, toUsageError, UsageError} from '../../errors.ts'

/** A function that another thread may call. Its values and its result must be data, a function, or a record of both. */
export type Call = (...values: never[]) => unknown

/** One end of a channel between two threads. */
export interface Port {
  postMessage(message: unknown): void
  on(event: 'message', hear: (message: Sent) => void): unknown
}

/** Calls between two threads. */
export interface Calls {
  /**
   * Calls a function of the other thread by its name. Calls begin in the order in which they are made. Rejects with a
   * `UsageError` that has the code, the text and the stack of what the function threw.
   */
  call(name: string, values: readonly unknown[]): Promise<unknown>
  /** Rejects all open and later calls. */
  end(error: Error): void
}

type Sent =
  | {readonly kind: 'call'; readonly id: number; readonly of: string | number; readonly values: readonly unknown[]}
  | {readonly kind: 'value'; readonly id: number; readonly value: unknown}
  | {readonly kind: 'error'; readonly id: number; readonly error: SentError}

interface SentError {
  readonly code: ErrorCode
  readonly message: string
  readonly next: string
  readonly stack: string | undefined
  readonly cause: Error | undefined
}

/** Stands for a function in a message. */
interface Lent {
  readonly lentFunction: number
}

/**
 * Lets two threads call functions of each other. A function among the values of a call can be called back until the call
 * has ended, a function that is a result once.
 *
 * @param own the functions that the other thread may call
 */
export function connectCalls(port: Port, own: Readonly<Record<string, Call>>): Calls {
  const lent = new Map<number, Call>()
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  let ended: Error | null = null
  let lastId = 0

  const lend = (value: unknown, ids: number[]): unknown => {
    if (isRecord(value)) return mapValues(value, inner => (typeof inner === 'function' ? lend(inner, ids) : inner))
    if (typeof value !== 'function') return value
    const id = ++lastId
    lent.set(id, value as Call)
    ids.push(id)
    return {lentFunction: id} satisfies Lent
  }
  const borrow = (value: unknown): unknown => {
    if (isLent(value)) return (...values: unknown[]) => call(value.lentFunction, values)
    return isRecord(value) ? mapValues(value, inner => (isLent(inner) ? borrow(inner) : inner)) : value
  }

  async function call(of: string | number, values: readonly unknown[]): Promise<unknown> {
    if (ended !== null) throw ended
    const id = ++lastId
    const ids: number[] = []
    port.postMessage({kind: 'call', id, of, values: values.map(value => lend(value, ids))} satisfies Sent)
    const result = Promise.withResolvers<unknown>()
    open.set(id, result)
    try {
      return borrow(await result.promise)
    } finally {
      for (const one of ids) lent.delete(one)
    }
  }

  async function answer(id: number, of: string | number, values: readonly unknown[]): Promise<void> {
    try {
      const called = (typeof of === 'number' ? lent.get(of) : own[of]) as
        | ((...values: unknown[]) => unknown)
        | undefined
      if (called === undefined) throw new Error(`no function ${of}`)
      const value = await called(...values.map(borrow))
      port.postMessage({kind: 'value', id, value: lend(value, [])} satisfies Sent)
    } catch (thrown) {
      port.postMessage({kind: 'error', id, error: toSent(thrown)} satisfies Sent)
    }
  }

  port.on('message', sent => {
    if (sent.kind === 'call') {
      void answer(sent.id, sent.of, sent.values)
      return
    }
    const result = open.get(sent.id)
    open.delete(sent.id)
    if (sent.kind === 'value') result?.resolve(sent.value)
    else result?.reject(toError(sent.error))
  })

  return {
    call,
    end(error) {
      ended ??= error
      for (const {reject} of open.values()) reject(error)
      open.clear()
    },
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const mapValues = (record: Readonly<Record<string, unknown>>, map: (value: unknown) => unknown): unknown =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))

const isLent = (value: unknown): value is Lent =>
  typeof value === 'object' && value !== null && 'lentFunction' in value && typeof value.lentFunction === 'number'

function toSent(thrown: unknown): SentError {
  const {code, message, next, stack, cause} = toUsageError(thrown)
  return {code, message, next, stack, cause: cause instanceof Error ? cause : undefined}
}

function toError({code, message, next, stack, cause}: SentError): UsageError {
  const error = new UsageError(code, message, {next, cause})
  if (stack !== undefined) error.stack = stack
  return error
}
