import type {Readable} from 'node:stream'
import {UsageError} from '../../../../errors.ts'

/** What this program uses of the package `@clickhouse/client`. Its types are not installed with this program. */
export interface Client {
  query(request: Request & {readonly format: 'JSONEachRow'}): Promise<Result>
  command(request: Request): Promise<unknown>
  exec(request: Request & {readonly values: Readable}): Promise<{readonly stream: Readable}>
  close(): Promise<void>
}

export interface Request {
  readonly query: string
  readonly query_params?: Readonly<Record<string, unknown>>
  readonly clickhouse_settings?: Readonly<Record<string, string | number>>
  readonly abort_signal?: AbortSignal
}

interface Result {
  json<Row>(): Promise<Row[]>
  /** Chunks of rows. */
  stream(): AsyncIterable<readonly {json<Row>(): Row}[]>
  close(): void
}

/** What a client is made with: https://clickhouse.com/docs/integrations/javascript. */
export interface ClientOptions {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
  readonly request_timeout: number
  readonly max_open_connections: number
  readonly keep_alive: {readonly enabled: boolean; readonly idle_socket_ttl: number}
  readonly compression: {readonly request: boolean; readonly response: boolean}
  readonly log: {readonly level: number}
  readonly clickhouse_settings: Readonly<Record<string, string | number>>
}

export interface ClientModule {
  createClient(options: ClientOptions): Client
}

/**
 * Loads the client of ClickHouse, which only those install who use such a store. Rejects with a `UsageError`
 * USAGE_CLICKHOUSE_CLIENT_MISSING.
 *
 * @param load imports the package; another one in tests
 */
export async function loadClient(
  load: () => Promise<unknown> = () => import('@clickhouse/client' as string),
): Promise<ClientModule> {
  try {
    return (await load()) as ClientModule
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UsageError('USAGE_CLICKHOUSE_CLIENT_MISSING', 'the package @clickhouse/client is not installed')
  }
}
