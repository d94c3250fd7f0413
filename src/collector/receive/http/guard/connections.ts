import {createServer, type RequestListener, type Server, type ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import {collectorLimits} from '../../../limits.ts'
import {createSourceKeys, type IsProxy, noProxy} from './sources.ts'
import {createUnread} from './unread.ts'

type ConnectionLimits = {
  readonly [Name in
    | 'maxConnections'
    | 'maxConnectionsOfAddress'
    | 'maxRequestsOfConnection'
    | 'maxUnansweredOfConnection'
    | 'maxUnreadBytes'
    | 'unreadSeconds'
    | 'headerSeconds'
    | 'requestTimeoutSeconds'
    | 'idleSeconds'
    | 'lookSeconds']: number
}

export interface ConnectionRules {
  /** The connections of a proxy are those of many people: they are not counted by address. Default: no proxy. */
  readonly isProxy?: IsProxy | undefined
  readonly limits?: Partial<ConnectionLimits>
}

/** The connections of one server. */
export interface Connections {
  /** Makes the server, which the caller lets listen. */
  serve(listener: RequestListener): Server
  /** Counts an answer as unread until it was read. */
  countAnswer(response: ServerResponse, socket: Socket, payload: unknown): void
  /** Resolves when no request is running: each is answered, or its connection is gone. */
  whenAnswered(): Promise<void>
}

/**
 * Bounds what connections cost: their number in total and of one address, requests on one, their time, and answers that
 * nobody reads. A connection beyond a bound is closed without an answer, and its sender keeps its events.
 */
export function createConnections(rules: ConnectionRules = {}): Connections {
  const limits: ConnectionLimits = {...collectorLimits, ...rules.limits}
  const unread = createUnread(limits)
  const running = new Set<ServerResponse>()
  let whenNone: (() => void) | null = null
  const forget = (response: ServerResponse): void => {
    unread.forget(response)
    running.delete(response)
    if (running.size === 0) whenNone?.()
  }
  const counted = {add: (response: ServerResponse) => void running.add(response), forget}
  return {
    serve(listener) {
      const bounded = boundUnanswered(listener, limits.maxUnansweredOfConnection, counted)
      const server = createServer({connectionsCheckingInterval: limits.lookSeconds * 1000}, bounded)
      server.maxRequestsPerSocket = limits.maxRequestsOfConnection
      server.headersTimeout = limits.headerSeconds * 1000
      server.requestTimeout = limits.requestTimeoutSeconds * 1000
      server.keepAliveTimeout = limits.idleSeconds * 1000
      boundConnections(server, rules.isProxy ?? noProxy, limits)
      const timer = setInterval(() => unread.closeOld(), limits.lookSeconds * 1000).unref()
      server.once('close', () => clearInterval(timer))
      return server
    },
    countAnswer(response, socket, payload) {
      // A request that came without a connection has no reader to wait for.
      if (running.has(response)) unread.add(response, socket, payload)
    },
    whenAnswered: () =>
      new Promise(resolve => {
        whenNone = resolve
        if (running.size === 0) resolve()
      }),
  }
}

/**
 * Closes a connection with too many requests that are not answered. Node.js reads all requests that came together, also
 * of a connection that was closed, so those that are left do not reach the listener.
 */
function boundUnanswered(
  listener: RequestListener,
  most: number,
  counted: {add(response: ServerResponse): void; forget(response: ServerResponse): void},
): RequestListener {
  const unanswered = new WeakMap<Socket, {count: number}>()
  return (request, response) => {
    const {socket} = request
    if (socket.destroyed) return
    const own = unanswered.get(socket) ?? {count: 0}
    if (own.count === 0) unanswered.set(socket, own)
    if (++own.count > most) {
      socket.destroy()
      return
    }
    counted.add(response)
    response.once('close', () => {
      own.count--
      counted.forget(response)
    })
    listener(request, response)
  }
}

/**
 * Closes a connection that is one too many of its address. If it is one too many in total, an address with more of them
 * loses its oldest one instead, and those that are kept open for later are closed.
 */
function boundConnections(
  server: Server,
  isProxy: IsProxy,
  {maxConnections, maxConnectionsOfAddress}: ConnectionLimits,
): void {
  const keyOf = createSourceKeys()
  const byAddress = new Map<string, Set<Socket>>()
  let open = 0
  const makeRoom = (ownCount: number): boolean => {
    server.closeIdleConnections()
    let largest = new Set<Socket>()
    for (const sockets of byAddress.values()) if (sockets.size > largest.size) largest = sockets
    const [oldest] = largest
    if (oldest === undefined || largest.size <= ownCount + 1) return false
    largest.delete(oldest)
    oldest.destroy()
    return true
  }
  server.on('connection', socket => {
    const key = isProxy(socket.remoteAddress) ? null : keyOf(socket.remoteAddress)
    const own = (key === null ? undefined : byAddress.get(key)) ?? new Set<Socket>()
    if (own.size >= maxConnectionsOfAddress || (open >= maxConnections && !makeRoom(own.size))) {
      socket.destroy()
      return
    }
    open++
    if (key !== null) byAddress.set(key, own.add(socket))
    socket.once('close', () => {
      open--
      own.delete(socket)
      if (key !== null && own.size === 0 && byAddress.get(key) === own) byAddress.delete(key)
    })
  })
}
