import {Readable} from 'node:stream'
import type {Client, ClientModule, Request} from './load-client.ts'
import {isAnswer, isClosedConnection, isPassing, nameServerError} from './server-errors.ts'
import {settings, wholeAnswer} from './settings.ts'

export type Parameters = Readonly<Record<string, unknown>>

/**
 * A way to servers that have the same data: if one does not answer, the next one is asked. Every request is safe to
 * repeat. Values are always parameters (`{name:Type}`), never text of SQL. All functions reject with a `UsageError`
 * USAGE_STORE_UNREACHABLE if no server answers in time, and USAGE_STORE_REFUSED if a server refuses the request for good.
 */
export interface Connection {
  /**
   * The rows of an answer, as many as fit in memory. At most two minutes.
   *
   * @param name what is asked, for errors and measurements: `outcomes`
   */
  ask<Row>(name: string, sql: string, parameters?: Parameters): Promise<readonly Row[]>
  /** The rows of a large answer, one after the other. At most an hour. Is not repeated. */
  rows<Row>(name: string, sql: string, parameters?: Parameters): AsyncIterable<Row>
  /** Runs a statement without an answer: tables, deletions. At most an hour. */
  tell(sql: string, parameters?: Parameters): Promise<void>
  /**
   * Inserts rows, each a JSON array of the columns. Resolves when every shard has them. The same bytes on each try. At
   * most a minute for each server.
   */
  post(table: string, columns: readonly string[], rows: readonly string[]): Promise<void>
  close(): Promise<void>
}

export interface ConnectionOptions {
  readonly urls: readonly string[]
  readonly user: string
  readonly password: string
  readonly database: string
  /** The address for errors, without the password. */
  readonly place: string
}

const limitsMs = {ask: 120_000, tell: 3_600_000, post: 60_000} as const
/** Shorter than any server keeps a silent connection. */
const keptAliveMs = 2_500
const maxConnections = 8
/** The level at which the client logs nothing. Its log would contain whole queries. */
const logOff = 127

/** Makes a connection to servers, which is opened with the first request. */
export function createConnection({createClient}: ClientModule, options: ConnectionOptions): Connection {
  const {urls, user, password, database, place} = options
  const clients = urls.map(url =>
    createClient({
      url,
      username: user,
      password,
      database,
      request_timeout: limitsMs.tell,
      max_open_connections: maxConnections,
      keep_alive: {enabled: true, idle_socket_ttl: keptAliveMs},
      compression: {request: false, response: false},
      log: {level: logOff},
      clickhouse_settings: settings,
    }),
  )
  /** The server that answered last. */
  let current = 0

  async function onAny<T>(doing: string, work: (client: Client) => Promise<T>, isInsert = false): Promise<T> {
    let last: unknown = new Error('no server is known')
    const first = current
    for (let turn = 0; turn < clients.length; turn++) {
      const index = (first + turn) % clients.length
      try {
        const result = await twiceIfClosed(() => work(clients[index]!))
        current = index
        return result
      } catch (error) {
        const isFinal = !isPassing(error)
        // What a server answers says more than that another one does not answer.
        if (isFinal || !isAnswer(last)) last = error
        if (isFinal) break
      }
    }
    throw nameServerError(last, doing, place, isInsert)
  }

  const request = (query: string, parameters: Parameters, limitMs: number): Request => ({
    query,
    query_params: parameters,
    clickhouse_settings: {max_execution_time: limitMs / 1000},
    abort_signal: AbortSignal.timeout(limitMs),
  })
  const whole = (made: Request): Request => ({
    ...made,
    clickhouse_settings: {...made.clickhouse_settings, ...wholeAnswer},
  })

  return {
    ask: (name, sql, parameters = {}) =>
      onAny(`answer a question (${name})`, async client => {
        const result = await client.query({...whole(request(sql, parameters, limitsMs.ask)), format: 'JSONEachRow'})
        return result.json()
      }),
    async *rows<Row>(name: string, sql: string, parameters: Parameters = {}) {
      const doing = `answer a question (${name})`
      const result = await onAny(doing, client =>
        client.query({...request(sql, parameters, limitsMs.tell), format: 'JSONEachRow'}),
      )
      try {
        for await (const chunk of result.stream()) for (const row of chunk) yield row.json<Row>()
      } catch (error) {
        throw nameServerError(error, doing, place)
      } finally {
        result.close()
      }
    },
    async tell(sql, parameters = {}) {
      await onAny('run a statement', client => client.command(whole(request(sql, parameters, limitsMs.tell))))
    },
    async post(table, columns, rows) {
      if (rows.length === 0) return
      const body = Buffer.from(rows.join('\n'))
      const query = `INSERT INTO ${table} (${columns.join(', ')}) FORMAT JSONCompactEachRow`
      await onAny(
        `insert into ${table}`,
        async client => {
          const {stream} = await client.exec({
            ...whole(request(query, {}, limitsMs.post)),
            values: Readable.from([body], {objectMode: false}),
          })
          for await (const _ of stream);
        },
        true,
      )
    },
    async close() {
      await Promise.all(clients.map(client => client.close()))
    },
  }
}

/** A server closes silent connections. If a request meets that, it goes out again on a new connection. */
async function twiceIfClosed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isClosedConnection(error)) throw error
    return work()
  }
}
