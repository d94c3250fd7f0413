/**
 * Room `client`: reaches the servers of a store on ClickHouse.
 *
 * The package `@clickhouse/client` is imported here only, when such a store is opened. An address names servers that can
 * answer everything. In a cluster, each server is also reached by its own address, for tables and deletions. Errors have a
 * code, and contain neither the password nor values.
 * Read next: `address.ts`, `connection.ts`, `settings.ts`, `find-servers.ts`.
 */
import {type ClickHouseAddress, describeAddress} from './address.ts'
import {type Connection, createConnection} from './connection.ts'
import {type FoundServer, findServers} from './find-servers.ts'
import {loadClient} from './load-client.ts'

/** A store on ClickHouse: a connection to any server, which answers for all of them. */
export interface ClickHouse extends Connection {
  /** The database of the store. It need not exist yet. */
  readonly database: string
  /** The name of the cluster. Null: one server has all data. */
  readonly cluster: string | null
  readonly isReplicated: boolean
  /**
   * The table that has the rows of all shards: `runs` on one server, `runs_all` in a cluster. Read it and insert into it,
   * and name the local table (`runs`) only on a shard.
   */
  tableOf(name: string): string
  /** One connection for each server, replicas too. For statements that every server has to run. */
  readonly servers: readonly Connection[]
  /** One connection for each shard, to any of its replicas. For deletions. */
  readonly shards: readonly Connection[]
  /** Like one of `servers`, but outside the database: for making it. */
  readonly outside: readonly Connection[]
  /** Any server, but outside the database: whether it has one. */
  readonly system: Connection
  /** The address without user and password. */
  readonly place: string
}

/**
 * Loads the client and finds the servers. Rejects with a `UsageError`: USAGE_CLICKHOUSE_CLIENT_MISSING,
 * USAGE_STORE_UNREACHABLE, USAGE_STORE_REFUSED.
 */
export async function connectClickHouse(address: ClickHouseAddress): Promise<ClickHouse> {
  const module = await loadClient()
  const {urls, user, password, database, cluster} = address
  const place = describeAddress(address)
  const opened: Connection[] = []
  const connect = (to: readonly string[], within: string): Connection => {
    const connection = createConnection(module, {urls: to, user, password, database: within, place})
    opened.push(connection)
    return connection
  }
  const close = async (): Promise<void> => {
    await Promise.all(opened.map(connection => connection.close()))
  }
  try {
    const system = connect(urls, systemDatabase)
    const found = cluster === null ? aloneAt(urls) : await findServers(system, urls[0]!, cluster)
    const shards = Map.groupBy(found, ({shard}) => shard)
    const known = (servers: readonly FoundServer[]): string[] => servers.flatMap(({url}) => url ?? [])
    const ofShards = [...shards.values()].map(known)
    const sizes = [...shards.values()].map(replicas => replicas.length)
    return {
      ...connect(urls, database),
      database,
      cluster,
      isReplicated: address.isReplicated ?? sizes.some(size => size > 1),
      tableOf: name => (cluster === null ? name : `${name}_all`),
      servers: found.map(server => connect(known([server]), database)),
      outside: found.map(server => connect(known([server]), systemDatabase)),
      shards: cluster === null ? [connect(urls, database)] : ofShards.map(replicas => connect(replicas, database)),
      system,
      place,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A database that every server has. */
const systemDatabase = 'system'

/** Without a cluster, all hosts are names of one server. */
const aloneAt = (urls: readonly string[]): readonly FoundServer[] => [{shard: 1, url: urls[0]!}]
