import {UsageError} from '../../../../errors.ts'
import type {Connection} from './connection.ts'

/** A server of a cluster. */
export interface FoundServer {
  /** The number of its shard, from 1. */
  readonly shard: number
  /** Its HTTP address. Null: unknown, because it is down. */
  readonly url: string | null
}

/**
 * Finds the servers of a cluster with their HTTP addresses. The cluster's configuration has only native ports, so each
 * server is asked for its HTTP port. One that is down is expected on the usual port, unless another server has that.
 * Rejects with a `UsageError` USAGE_STORE_REFUSED if no server knows the cluster.
 *
 * @param known the HTTP address of a server
 */
export async function findServers(
  connection: Connection,
  known: string,
  cluster: string,
): Promise<readonly FoundServer[]> {
  const servers = await connection.ask<{shard: number; host: string; port: number}>(
    'cluster',
    'SELECT shard_num AS shard, host_name AS host, port FROM clusters WHERE cluster = {cluster:String} ORDER BY shard_num, replica_num',
    {cluster},
  )
  if (servers.length === 0)
    throw new UsageError('USAGE_STORE_REFUSED', `the servers of the store have no cluster ${cluster}`, {
      next: 'Set cluster= to a name of `remote_servers` in the configuration of the servers.',
    })
  const scheme = known.startsWith('https:') ? 'https' : 'http'
  const ports = await askPorts(connection, cluster, scheme)
  const usual = Number(new URL(known).port || (scheme === 'https' ? 443 : 80))
  const urlOf = (host: string, port: number): string => `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
  const up = servers.map(({shard, host, port}) => {
    const http = ports.get(`${shard} ${port}`)
    return {shard, url: http === undefined ? null : urlOf(host, http)}
  })
  const taken = new Set(up.map(({url}) => url))
  return servers.map(({shard, host}, index) => {
    const guess = urlOf(host, usual)
    return {shard, url: up[index]!.url ?? (taken.has(guess) ? null : guess)}
  })
}

/** The HTTP ports of the servers that are up, by shard and native port. No data is read, so none can be missing. */
async function askPorts(connection: Connection, cluster: string, scheme: string): Promise<ReadonlyMap<string, number>> {
  const sql = `
    SELECT _shard_num AS shard, native, port FROM clusterAllReplicas({cluster:Identifier},
      view(SELECT tcpPort() AS native, getServerPort('${scheme}_port') AS port FROM system.one))
    SETTINGS skip_unavailable_shards = 1`
  const rows = await connection.ask<{shard: number; native: number; port: number}>('ports', sql, {cluster})
  return new Map(rows.map(({shard, native, port}) => [`${shard} ${native}`, port]))
}
